"""One shop and one environment for all tests of the agent."""

from __future__ import annotations

import pytest
from tests.agent.shop import make_runner, make_shop

from paramedic.sandbox.project import ProjectRunner
from paramedic.source.tree import SourceTree


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> SourceTree:
    return make_shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="session")
def runner(tree: SourceTree, tmp_path_factory: pytest.TempPathFactory) -> ProjectRunner:
    return make_runner(tree, tmp_path_factory.mktemp("home"))
