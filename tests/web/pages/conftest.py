"""A web process on each kind of database, and a browser that is on the machine itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

import httpx2
import pytest
import sqlalchemy as sa

from intake.running import Web, running_web
from paramedic.store.engine import open_engine
from paramedic.store.schema import all_hours, budgets, deliveries, effects, issues, sessions

RULES = """
[[rules]]
name = "payments"
projects = ["pay-*"]
more_than = 5
action = "diagnose"

[[rules]]
name = "default"
"""


@dataclass(frozen=True)
class Browser:
    """``engine`` is that of the same database, to lay out what is to be looked at."""

    web: Web
    client: httpx2.Client
    engine: sa.Engine

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return unescape(answer.text)

    def send(self, path: str, status: int = 303, **fields: str) -> httpx2.Response:
        """A form of ours, sent with the seal that our pages carry."""
        found = re.search(r'name="seal" value="([0-9a-f]{64})"', self.get("/playbooks/new"))
        assert found
        answer = self.client.post(path, data={"seal": found[1], **fields})
        assert answer.status_code == status, answer.text
        return answer


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def browser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    home = tmp_path_factory.mktemp("desk")
    url = f"sqlite:///{home}/paramedic.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_databases").new_postgres()
    with running_web(home, RULES, DATABASE_URL=url) as web, httpx2.Client(base_url=web.url, timeout=20.0) as client:
        yield Browser(web, client, open_engine(url))


def forget(engine: sa.Engine) -> None:
    """Leave nothing of what one file's tests laid out to those of the next."""
    with engine.begin() as connection:
        for table in (effects, issues, all_hours, sessions, budgets, deliveries):
            connection.execute(sa.delete(table))
