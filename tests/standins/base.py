"""A server on loopback that plays an outside system, and can be unkind on request."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: object


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stream:
    """A body that comes in pieces, ``seconds`` apart. ``cut`` breaks the connection where the end should be."""

    pieces: tuple[str, ...]
    seconds: float = 0.0
    cut: bool = False


@dataclass(frozen=True)
class Fault:
    """One unkind answer. ``after`` lets the request be carried out first, and then the answer is lost."""

    status: int = 500
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    drop: bool = False
    after: bool = False


Route = Callable[..., Answer]


class StandIn:
    """Subclasses list ``routes``: method, pattern of the path, and the method that answers."""

    routes: tuple[tuple[str, str, str], ...] = ()

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.faults: list[Fault] = []
        self.lock = threading.RLock()
        self.url = ""

    def answer(self, asked: Asked) -> Answer:
        for method, pattern, name in self.routes:
            found = re.fullmatch(pattern, asked.path)
            if found and method == asked.method:
                return getattr(self, name)(asked, *(unquote(part) for part in found.groups()))
        return Answer(404, {"detail": "The requested resource does not exist", "message": "Not Found"})

    @contextmanager
    def running(self, port: int = 0) -> Iterator[StandIn]:
        server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()

    def count(self, method: str, part: str) -> int:
        return sum(asked.method == method and part in asked.path for asked in self.asked)


def _handler(standin: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_request(self) -> None:
            asked = self._asked()
            with standin.lock:
                standin.asked.append(asked)
                fault = standin.faults.pop(0) if standin.faults else None
            if fault is not None:
                self._unkind(fault, asked)
                return
            with standin.lock:
                answer = standin.answer(asked)
            self._send(answer.status, answer.body, answer.headers)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_request  # noqa: N815 - the library calls them so

        def _unkind(self, fault: Fault, asked: Asked) -> None:
            time.sleep(fault.seconds)
            if fault.after:
                with standin.lock:
                    standin.answer(asked)
            if fault.drop:
                self.close_connection = True
                return
            self._send(fault.status, fault.body, fault.headers)

        def _asked(self) -> Asked:
            parts = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            is_form = self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")
            body = dict(parse_qsl(raw.decode())) if is_form else json.loads(raw) if raw else None
            return Asked(self.command, parts.path, dict(parse_qsl(parts.query)), dict(self.headers), body)

        def _send(self, status: int, body: object, headers: dict[str, str]) -> None:
            if isinstance(body, Stream):
                self.send_response(status)
                self.close_connection = _send_stream(self, body, headers)
                return
            content = body.encode() if isinstance(body, str) else b"" if status == 204 else json.dumps(body).encode()
            self.send_response(status)
            kind = "text/html" if isinstance(body, str) else "application/json"
            for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            return

    return Handler


def _send_stream(handler: BaseHTTPRequestHandler, stream: Stream, headers: dict[str, str]) -> bool:
    """Whether the connection is to be broken."""
    for name, value in {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked", **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    for piece in stream.pieces:
        data = piece.encode()
        handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        time.sleep(stream.seconds)
    handler.wfile.write(b"" if stream.cut else b"0\r\n\r\n")
    return stream.cut
