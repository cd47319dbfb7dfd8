"""A started Paramedic (web process and worker) that clients of the sessions API can be pointed at."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import sqlalchemy as sa

from intake.running import running_web
from paramedic.store import service_users
from paramedic.store.engine import open_engine
from paramedic.store.issues import Sighting, adopt
from paramedic.store.migrate import upgrade
from paramedic.store.service_users import HOME_ORGANISATION
from paramedic.web.devin.permissions import MEMBER

SENTRY = "https://acme.sentry.io/issues/{}/"


@dataclass(frozen=True)
class House:
    """``token`` may do all that a member may."""

    url: str
    home: Path
    database_url: str
    engine: sa.Engine
    token: str
    client: httpx2.Client

    @property
    def org(self) -> str:
        return f"/v3/organizations/{HOME_ORGANISATION}"

    def call(self, method: str, path: str, body: object = None, *, token: str | None = None, **query: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return self.client.request(method, self.url + path, json=body, headers=headers, params=query or None)

    def new_token(self, *permissions: str, org_id: str = HOME_ORGANISATION) -> str:
        with self.engine.begin() as connection:
            return service_users.create(connection, "a test", permissions or tuple(MEMBER), org_id)[1]

    def add_issue(self, number: str) -> str:
        """An issue of Sentry's, in a project without a repository: its triage ends at once. Returns its address."""
        now = datetime.now(UTC)
        seen = Sighting("nowhere", f"sentry:{number}", "KeyError: 'x'", "", "error", "python", {}, upstream_id=number)
        seen.first_seen = seen.last_seen = now
        with self.engine.begin() as connection:
            adopt(connection, seen)
        return SENTRY.format(number)

    def environment(self) -> dict[str, str]:
        return os.environ | {"PARAMEDIC_HOME": str(self.home), "DATABASE_URL": self.database_url}


@contextmanager
def running_house(folder: Path, database_url: str | None = None, *, worker: bool = False, **settings: str) -> Iterator[House]:
    """On SQLite, or in the database at ``database_url``."""
    home = folder / "home"
    home.mkdir(parents=True)
    url = database_url or f"sqlite:///{home / 'paramedic.db'}"
    engine = open_engine(url)
    upgrade(engine)
    with ExitStack() as stack:
        web = stack.enter_context(running_web(home, DATABASE_URL=url, **settings))
        client = stack.enter_context(httpx2.Client(timeout=30.0))
        house = House(web.url, home, url, engine, "", client)
        if worker:
            stack.enter_context(_worker(house, folder / "worker.log", settings))
        yield replace(house, token=house.new_token())
        engine.dispose()


@contextmanager
def _worker(house: House, log: Path, settings: dict[str, str]) -> Iterator[None]:
    with log.open("ab") as out:
        command = [sys.executable, "-m", "paramedic.sessions.worker"]
        process = subprocess.Popen(command, env=house.environment() | settings, stdout=out, stderr=out)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def until(condition: Any, seconds: float = 60.0) -> None:
    """Poll as a client does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.1)
