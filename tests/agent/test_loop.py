"""The loop against real servers that speak the providers' protocols."""

from __future__ import annotations

import pytest
from tests.agent.shop import NODE, REGRESSION, RIGHT, case_of, make_runner, make_shop, run
from tests.standins.models import Provider, answer, tells, uses

from paramedic.model.agent import StopReason
from paramedic.sandbox.project import ProjectRunner
from paramedic.source.tree import SourceTree


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> SourceTree:
    return make_shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def runner(tree: SourceTree, tmp_path_factory: pytest.TempPathFactory) -> ProjectRunner:
    return make_runner(tree, tmp_path_factory.mktemp("home"))


FIXES = (
    uses("read_file", path="prices.py"),
    uses("replace", **RIGHT),
    uses("create", path="tests/test_country.py", text=REGRESSION),
    uses("prove", test=NODE),
    answer(test=NODE, rationale="Countries without a rate are sold to without tax."),
)


@pytest.mark.sandbox
@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
def test_a_scripted_model_mends_what_the_engine_could_not(tree: SourceTree, runner: ProjectRunner, protocol: str) -> None:
    provider = Provider(tells(FIXES))
    with provider.running():
        found = run(case_of(tree, runner), provider, protocol=protocol)
    assert found.stop is StopReason.ANSWERED, found.reason
    assert found.reason.startswith("Proven"), found.reason
    assert [edit.path for edit in found.patch] == ["prices.py"]
    assert provider.calls == found.steps == 5
    assert found.cost.tokens == 5 * 1100
    assert found.cost.micro_dollars == 5 * (1000 + 100 * 10)
