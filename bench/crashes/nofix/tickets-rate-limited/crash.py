import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tickets.app import create_app


class Answer(BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(429)
        self.send_header("Retry-After", "30")
        self.end_headers()

    do_GET = do_POST = answer

    def log_message(self, *arguments):
        return


server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()

os.environ |= {"PAYMENT_URL": f"http://127.0.0.1:{server.server_port}/v1", "PAYMENT_KEY": "sample"}
create_app().test_client().post("/orders", json={"seat": "B4", "name": "Sample Person", "card_token": "tok_sample"})
