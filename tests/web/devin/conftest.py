"""One started Paramedic for the tests of this folder, on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.web.devin.house import House, running_house


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Without a model, and without a worker."""
    postgres = request.param == "postgresql"
    url = request.getfixturevalue("postgres_databases").new_postgres() if postgres else None
    with running_house(tmp_path_factory.mktemp("house"), url) as running:
        yield running
