"""An address of every page that the application has, read from its own table of routes, so that no page is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import sqlalchemy as sa
from starlette.routing import Route

from paramedic.store.engine import reading
from paramedic.store.schema import effects, issues, knowledge, playbooks, sessions
from paramedic.web.pages import page_routes

EXAMPLES: dict[str, sa.ColumnElement[object]] = {
    "/issues/{issue}": issues.c.id,
    "/sessions/{session}": sessions.c.id,
    "/approvals/{key}": effects.c.key,
    "/playbooks/{name}": playbooks.c.id,
    "/knowledge/{name}": knowledge.c.id,
}
OTHERS = ("/assets/{name}", "/login", "/login/oidc", "/login/oidc/callback", "/welcome/{token}")
"""Routes that are no pages, or only for somebody who has not signed in: ``tests/journeys/test_signing_in.py`` looks at those."""

VARIANTS = ("/issues?q=nothing+is+like+this", "/issues/999999", "/approvals/0000")
"""What the routes do not tell: an empty list, and errors."""


@dataclass(frozen=True)
class Visitable:
    """``name`` fits a file: ``issue-3``."""

    path: str
    name: str


def every_page(engine: sa.Engine, client: httpx2.Client, most: int = 4) -> tuple[Visitable, ...]:
    """Each page with up to ``most`` of its rows, the newest. Raises ``LookupError`` for a route without an example."""
    paths = [path for route in page_routes() if _is_looked_at(route) for path in _addresses(engine, route.path, most)]
    return tuple(Visitable(path, _name(path)) for path in (*dict.fromkeys(paths), *VARIANTS) if _is_page(client, path))


def _is_looked_at(route: Route) -> bool:
    return "GET" in (route.methods or ()) and route.path not in OTHERS


def _addresses(engine: sa.Engine, route: str, most: int) -> Iterator[str]:
    if "{" not in route:
        yield route
        return
    start, end = route.index("{"), route.index("}") + 1
    column = EXAMPLES.get(route[:end])
    if column is None:
        raise LookupError(f"{route} is a new page: give bench/visits.py an example of it.")
    with reading(engine).connect() as connection:
        rows = connection.execute(sa.select(column).order_by(column.desc()).limit(most)).scalars().all()
    if not rows:
        raise LookupError(f"There is no row for {route}: fill the database so that the page can be seen.")
    yield from (f"{route[:start]}{row}{route[end:]}" for row in rows)


def _is_page(client: httpx2.Client, path: str) -> bool:
    """Whether it is for people: streams and downloads are not."""
    with client.stream("GET", path) as answer:
        return answer.headers.get("content-type", "").startswith("text/html")


def _name(path: str) -> str:
    """The path with its long ids cut short."""
    parts = [part if len(part) < 20 else part.rpartition("-")[2][:8] for part in path.strip("/").split("/")]
    words = "".join(letter if letter.isalnum() else "-" for letter in "-".join(parts)).strip("-")
    return words[:60] or "overview"
