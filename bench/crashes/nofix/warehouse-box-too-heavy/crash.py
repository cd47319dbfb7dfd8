from fastapi.testclient import TestClient
from warehouse.main import create_app

lines = [{"sku": "anvil", "pieces": 3, "grams_each": 14000}]
client = TestClient(create_app({}), raise_server_exceptions=False)
client.post("/parcels", json={"reference": "R-18", "to": "Sample Street 1", "lines": lines})
