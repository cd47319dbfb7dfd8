import os
import socket

from tickets.app import create_app

with socket.create_server(("127.0.0.1", 0)) as server:
    port = server.getsockname()[1]
os.environ |= {"PAYMENT_URL": f"http://127.0.0.1:{port}/v1", "PAYMENT_KEY": "sample"}
create_app().test_client().post("/orders", json={"seat": "B4", "name": "Sample Person", "card_token": "tok_sample"})
