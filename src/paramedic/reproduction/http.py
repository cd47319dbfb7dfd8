"""Programs that send the event's HTTP request again, to the repository's own application by its framework's test client."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode, urlsplit

from paramedic.model.errors import SourceError
from paramedic.model.event import Captured, Event, Request
from paramedic.reproduction.code import Attempt, Import
from paramedic.reproduction.frameworks import django_preamble, uses_django
from paramedic.reproduction.scene import Scene
from paramedic.source.tree import SourceTree, is_test_path

_APPLICATION = re.compile(r"^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)*(Flask|Quart|FastAPI|Starlette|Litestar)\(", re.MULTILINE)
_FACTORY = re.compile(r"^def (create_app|make_app|build_app|get_app|create_application|app_factory)\(", re.MULTILINE)
_CLIENTS = {"FastAPI": "fastapi.testclient", "Starlette": "starlette.testclient"}
_METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"))
_KEPT_HEADERS = frozenset(("accept", "accept-language", "content-type", "x-requested-with"))
_DEEPEST = 20


class Requests:
    """Attempts that need nothing but the event's request."""

    def __init__(self, event: Event, tree: SourceTree) -> None:
        self._request = event.request
        self._tree = tree

    def attempts(self, scenes: Sequence[Scene], rank: float) -> Iterator[Attempt]:
        """One for each application that the repository holds; nothing when the event has no request."""
        own = [scene for scene in scenes if scene.path is not None]
        request = self._request
        if request is None or not request.url or not own or (request.method or "GET").upper() not in _METHODS:
            return
        entry, how = own[0].location, f"the {(request.method or 'GET').upper()} request of the event"
        subject = own[0].qualname or own[0].name
        for imports, statements in self._applications(request):
            yield Attempt(statements, imports, entry, rank, how, subject=subject)
        if uses_django(self._tree):
            call, client = f"Client().generic({_django_arguments(request)})", Import("django.test", "Client")
            yield Attempt((call,), frozenset((client,)), entry, rank, how, False, django_preamble(self._tree), subject)

    def _applications(self, request: Request) -> Iterator[tuple[frozenset[Import], tuple[str, ...]]]:
        for path in self._tree.files():
            if is_test_path(path):
                continue
            text = self._text(path)
            module = self._tree.module_name(path)
            for match in _APPLICATION.finditer(text):
                yield self._sent(match[2], frozenset((Import(module, match[1]),)), (), match[1], request)
            kind = re.search(r"\b(Flask|Quart|FastAPI|Starlette)\(", text)
            for match in _FACTORY.finditer(text) if kind else ():
                yield self._sent(
                    kind[1] if kind else "", frozenset((Import(module, match[1]),)), (f"app = {match[1]}()",), "app", request
                )

    def _text(self, path: str) -> str:
        try:
            return self._tree.text(path)
        except SourceError:
            return ""

    @staticmethod
    def _sent(
        kind: str, imports: frozenset[Import], setup: tuple[str, ...], name: str, request: Request
    ) -> tuple[frozenset[Import], tuple[str, ...]]:
        target, words = repr(_target(request)), _body(request)
        method = (request.method or "GET").upper()
        if kind in _CLIENTS:
            client = Import(_CLIENTS[kind], "TestClient")
            return imports | {client}, (*setup, f"TestClient({name}).request({', '.join([repr(method), target, *words])})")
        call = f"{name}.test_client().open({', '.join([target, f'method={method!r}', *words])})"
        return imports, (*setup, f"{name}.testing = True", call)


def _target(request: Request) -> str:
    """Path and query; the host is the test client's own."""
    split = urlsplit(request.url or "/")
    query = request.query if isinstance(request.query, str) else urlencode(_pairs(request.query))
    query = query.lstrip("?") or split.query
    return (split.path or "/") + (f"?{query}" if query else "")


def _pairs(query: Captured) -> list[tuple[str, str]]:
    if isinstance(query, dict):
        return [(name, str(value)) for name, value in query.items()]
    pairs = (item for item in (query if isinstance(query, list) else ()) if isinstance(item, list) and len(item) == 2)
    return [(str(name), str(value)) for name, value in pairs]


def _body(request: Request) -> list[str]:
    words = []
    headers = {name: value for name, value in request.headers.items() if name.lower() in _KEPT_HEADERS}
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    data = _plain(request.data)
    if data not in (None, "", {}, []):
        name = "json" if "json" in kind or not kind or isinstance(data, list) else "data"
        words.append(f"{name}={_parsed(data) if name == 'json' else repr(data)}")
    others = {name: value for name, value in headers.items() if name.lower() not in {"content-type", "accept"}}
    return [*words, *([f"headers={others!r}"] if others else [])]


def _parsed(data: object) -> str:
    if isinstance(data, str):
        try:
            return repr(json.loads(data))
        except ValueError:
            return repr(data)
    return repr(data)


def _plain(data: Captured, depth: int = 0) -> object:
    """The body without what the SDK filtered; annotations of cut values are read as what is left of them."""
    if depth > _DEEPEST:
        return None
    if isinstance(data, dict):
        return {str(name): _plain(value, depth + 1) for name, value in data.items()}
    if isinstance(data, list):
        return [_plain(value, depth + 1) for value in data]
    return "x" if data == "[Filtered]" else data


def _django_arguments(request: Request) -> str:
    method, target = (request.method or "GET").upper(), _target(request)
    data = _plain(request.data)
    if data in (None, "", {}, []):
        return f"{method!r}, {target!r}"
    kind = next((value for name, value in request.headers.items() if name.lower() == "content-type"), "application/json")
    if "form" in kind and isinstance(data, dict):
        return f"{method!r}, {target!r}, {urlencode(data)!r}, content_type='application/x-www-form-urlencoded'"
    text = data if isinstance(data, str) else json.dumps(data)
    return f"{method!r}, {target!r}, {text!r}, content_type='application/json'"
