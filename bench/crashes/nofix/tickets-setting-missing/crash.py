import os

from tickets.app import create_app

os.environ["PAYMENT_URL"] = "http://127.0.0.1:9/v1"
create_app().test_client().post("/orders", json={"seat": "B4", "name": "Sample Person", "card_token": "tok_sample"})
