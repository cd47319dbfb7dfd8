import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from fastapi.testclient import TestClient
from warehouse.main import create_app


class Answer(BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(2)

    do_GET = do_POST = answer

    def log_message(self, *arguments):
        return


server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()

settings = {"carrier": {"url": f"http://127.0.0.1:{server.server_port}", "token": "sample", "timeout_seconds": 0.3}}
TestClient(create_app(settings), raise_server_exceptions=False).post("/parcels", json={"reference": "R-17", "to": "Sample Street 1", "lines": [{"sku": "mug", "pieces": 2, "grams_each": 300}]})
