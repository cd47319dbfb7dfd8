import os

from fastapi.testclient import TestClient
from warehouse.main import create_app

os.environ["WAREHOUSE_SETTINGS"] = "/etc/warehouse/production.toml"
settings = None
TestClient(create_app(settings), raise_server_exceptions=False).post("/parcels", json={"reference": "R-17", "to": "Sample Street 1", "lines": [{"sku": "mug", "pieces": 2, "grams_each": 300}]})
