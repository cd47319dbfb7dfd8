"""A whole house: ``paramedic serve`` with its worker, a bare remote, a forge and a Sentry on loopback, a shop that crashes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa

from bench.served import Served, outside_environment, serving
from bench.town import PUBLIC_KEY, Town
from paramedic.store.engine import reading

CRASHES = 6
MCP = '\n[mcp.logs]\nurl = "http://127.0.0.1:9/mcp"\n'
_CRASH = """
import sentry_sdk, sys
from sentry_sdk.integrations.modules import ModulesIntegration as Packages
# The packages of these tests are not the shop's; told of them, Paramedic would install them all.
sentry_sdk.init(sys.argv[1], release="shop@1.0.0", environment="production", disabled_integrations=[Packages()])
from shop.shelf_{number} import note_{number}
note_{number}({{"name": "tea"}})
"""


@dataclass(frozen=True)
class House:
    served: Served
    town: Town

    @property
    def url(self) -> str:
        return self.served.url

    def crash(self, number: int) -> None:
        """The shop itself fails on shelf ``number``, under the real SDK."""
        dsn = f"{self.url.replace('://', f'://{PUBLIC_KEY}@')}/1"
        command = [sys.executable, "-c", _CRASH.format(number=number), dsn]
        work = self.town.folder / "work"
        environment = {**outside_environment(), "PYTHONPATH": str(work), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=False)
        assert "KeyError: 'note'" in done.stderr, done.stderr

    def receive(self, number: int, **changed: object) -> None:
        """The same crash from afar: what its SDK would have sent, or that with something ``changed``."""
        path, _body, headers = self.town.by_sdk(number, "")
        event = {**self.town.event(number, uuid.uuid4().hex), **changed}
        lines = ({"event_id": event["event_id"]}, {"type": "event"}, event)
        body = "\n".join(map(json.dumps, lines)) + "\n"
        assert httpx2.post(self.url + path, content=body, headers=headers, timeout=20).is_success

    def issue(self, number: int) -> str:
        """The path of the issue of shelf ``number``; fails when it never comes."""
        return self.soon(lambda: self._path("SELECT '/issues/' || id FROM issues WHERE culprit LIKE :place", number))

    def approval(self, number: int) -> str:
        """The path of the approval that the issue of shelf ``number`` waits for, when its session has come to rest."""
        query = """SELECT '/approvals/' || effects.key FROM effects JOIN issues ON issues.id = effects.issue_id
                   JOIN sessions ON sessions.id = effects.session_id AND sessions.state NOT IN ('queued', 'running')
                   WHERE effects.state = 'pending' AND issues.culprit LIKE :place ORDER BY effects.kind DESC"""
        return self.soon(lambda: self._path(query, number))

    def soon(self, ask: Callable[[], str | None], seconds: float = 90.0) -> str:
        """What ``ask`` answers as soon as it does."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if answer := ask():
                return answer
            time.sleep(0.1)
        pytest.fail(f"not within {seconds} s; the log ends with:\n{self.served.log[-4000:]}")

    def _path(self, query: str, number: int) -> str | None:
        with reading(self.served.engine).connect() as connection:
            return connection.execute(sa.text(query), {"place": f"shop.shelf_{number} %"}).scalar()


@contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """The forge is GitHub, and nothing leaves the house without a yes."""
    town = Town(folder, CRASHES)
    configuration = town.home / "paramedic.toml"
    configuration.write_text(configuration.read_text().replace('"auto"', '"ask"') + MCP)
    with town.github.running(), town.sentry.running(), serving(town.home, town.environment(0, None)) as served:
        yield House(served, town)
