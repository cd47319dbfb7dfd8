import os
from pathlib import Path

from fastapi.testclient import TestClient
from warehouse.main import create_app

Path("production.toml").write_text('[carrier]\nurl = "https://carrier.invalid"\n\n[shelves]\nnames = ["north", "south"]\n')
os.environ["WAREHOUSE_SETTINGS"] = "production.toml"
settings = None
TestClient(create_app(settings), raise_server_exceptions=False).post("/parcels", json={"reference": "R-17", "to": "Sample Street 1", "lines": [{"sku": "mug", "pieces": 2, "grams_each": 300}]})
