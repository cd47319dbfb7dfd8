"""An installation with people of every role, on a real web application over a real database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from paramedic.accounts import passwords
from paramedic.model.accounts import Identity, Role
from paramedic.settings import Settings, load_configuration
from paramedic.store import user_tokens, users
from paramedic.store.engine import open_engine
from paramedic.store.migrate import upgrade
from paramedic.web.app import create_app

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class House:
    """``home`` is its folder. Browsers of ``browser()`` keep cookies, and follow nothing by themselves."""

    home: Path
    app: FastAPI
    engine: sa.Engine

    @contextmanager
    def browser(self, address: str = "127.0.0.1") -> Iterator[TestClient]:
        client = TestClient(self.app, "http://127.0.0.1:8337", client=(address, 50000), follow_redirects=False)
        yield client
        client.close()

    def add(self, name: str, role: Role, password: str = PASSWORD) -> Identity:
        with self.engine.begin() as connection:
            return users.create(connection, name, role, "a test", password_hash=passwords.hashed(password, name)).identity

    def token(self, name: str, role: Role) -> str:
        with self.engine.begin() as connection:
            return user_tokens.create(connection, users.find(connection, name).identity, "a test", role)


def house(home: Path, configuration: str = "", **settings: object) -> House:
    values = Settings.model_validate({"paramedic_home": home, **settings})
    (home / "paramedic.toml").write_text(configuration)
    engine = open_engine(values.database)
    upgrade(engine)
    return House(home, create_app(values, load_configuration(home / "paramedic.toml"), engine), engine)


def seal_in(text: str) -> str:
    found = re.search(r'name="seal" value="([0-9a-f]{64})"', text)
    assert found, text
    return found[1]


def sign_in(browser: TestClient, name: str, password: str = PASSWORD, **fields: str) -> int:
    seal = seal_in(browser.get("/login").text)
    return browser.post("/login", data={"seal": seal, "name": name, "password": password, **fields}).status_code


@pytest.fixture
def empty(tmp_path: Path) -> House:
    """Nobody has been here yet."""
    return house(tmp_path)


@pytest.fixture
def peopled(empty: House) -> House:
    for name, role in (("ada", Role.ADMIN), ("rosa", Role.RESPONDER), ("vera", Role.VIEWER)):
        empty.add(name, role)
    return empty
