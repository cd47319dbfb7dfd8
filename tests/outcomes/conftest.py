"""Web processes that take webhooks, one with every secret and one with GitLab's signing token alone; databases made once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake.running import Web, running_web
from outcomes import deliveries as sent
from paramedic.store.engine import open_engine
from paramedic.store.migrate import downgrade, upgrade

CONFIGURATION = "\n".join(
    f'[repositories.{name}]\nurl = "https://{forge}.example/{slug}.git"\nforge = "{forge}"\n'
    for name, forge, slug in (
        ("shop", "github", "Acme/shop"),
        ("shop-gitlab", "gitlab", "acme/shop"),
        ("shop-gitea", "gitea", "acme/shop"),
    )
)
SECRETS = {f"{forge}_WEBHOOK_SECRET": sent.SECRET for forge in ("GITHUB", "GITLAB", "GITEA")}


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with running_web(tmp_path_factory.mktemp("forges"), CONFIGURATION, **SECRETS) as running:
        yield running


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A developer's own machine is not believed either."""
    settings = {"GITLAB_SIGNING_TOKEN": sent.SIGNING, "APP_ENV": "development"}
    with running_web(tmp_path_factory.mktemp("bare"), CONFIGURATION, **settings) as running:
        yield running


@pytest.fixture(scope="package")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("outcomes") / "empty.db"
    made = open_engine(f"sqlite:///{path}")
    upgrade(made)
    made.dispose()
    return path


@pytest.fixture(scope="package")
def postgres(postgres_server: str) -> Iterator[sa.Engine]:
    opened = open_engine(postgres_server.replace("postgresql://", "postgresql+psycopg://"))
    upgrade(opened)
    yield opened
    downgrade(opened, "base")
    opened.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """An empty database of either kind: a copy of one, or one that was emptied."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "paramedic.db")
        opened = open_engine(f"sqlite:///{tmp_path / 'paramedic.db'}")
        yield opened
        opened.dispose()
        return
    opened = request.getfixturevalue("postgres")
    with opened.begin() as connection:
        connection.execute(sa.text("TRUNCATE deliveries, issues, effects, releases RESTART IDENTITY CASCADE"))
    yield opened
