import os
import socket

from press.tasks import publish

with socket.create_server(("127.0.0.1", 0)) as server:
    port = server.getsockname()[1]
os.environ["PRESS_REDIS"] = f"redis://127.0.0.1:{port}/0"
publish.apply(args=[7, "printing"])
