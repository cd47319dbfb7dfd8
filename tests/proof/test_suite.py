"""The project's own tests around a change: all of them where they are quick, and the verdict says which were run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from paramedic.model.diagnosis import Category, Diagnosis, Family, Location
from paramedic.model.repair import Candidate, Edit, Kind, Reproduction
from paramedic.proof import Proven, Unproven, prove
from paramedic.proof.suite import WHOLE, Suite
from paramedic.sandbox.choose import choose_sandbox
from paramedic.sandbox.environment import Environment, prepare_environment
from paramedic.sandbox.project import Project, ProjectRunner
from paramedic.source.tree import SourceTree

pytestmark = pytest.mark.sandbox

STORE = """ORDERS = {}


def find_order(number):
    order = ORDERS.get(number)
    return order["city"]
"""
CHECKOUT = """from depot.store import find_order


def label(number):
    return "to " + find_order(number)
"""
DIRECT = """from depot import store


def test_an_order():
    store.ORDERS["1"] = {"city": "Bern"}
    assert store.find_order("1") == "Bern"
"""
THROUGH_ANOTHER = """import pytest

from shop import label


def test_an_unknown_order_has_no_label():
    with pytest.raises(TypeError):
        label("7")
"""
WAITING = """from shop import label


def test_the_error_is_waited_for():
    while True:
        try:
            label("7")
        except TypeError:
            return
"""
REGRESSION = """from depot import store


def test_an_unknown_order():
    store.find_order("7")
"""
PLACE = Location("depot/store.py", 6, "find_order")
GUARDED = STORE.replace("    return order", '    if order is None:\n        return ""\n    return order')
GUARD = Candidate((Edit("depot/store.py", STORE, GUARDED),), "guard", Kind.FIX, "why", 0.9, PLACE, PLACE)
DIAGNOSIS = Diagnosis("", Category.SERVER, Family.OTHER, PLACE, "TypeError")
NODE = "tests/test_unknown.py::test_an_unknown_order"

Depot = Callable[..., ProjectRunner]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    tree = SourceTree.open(_written(tmp_path_factory.mktemp("plain"), {}))
    version = "{}.{}".format(*sys.version_info[:2])
    return prepare_environment(
        tree, home=tmp_path_factory.mktemp("home"), event=None, config=None, python=version, progress=lambda _line: None
    )


@pytest.fixture
def depot(tmp_path: Path, environment: Environment) -> Depot:
    """A project with these tests beside the one that names the changed module."""

    def opened(**tests: str) -> ProjectRunner:
        tree = SourceTree.open(_written(tmp_path, {f"tests/test_{name}.py": text for name, text in tests.items()}))
        return ProjectRunner(Project(tree=tree, environment=environment, sandbox=choose_sandbox("auto"), test_command=None))

    return opened


def _written(root: Path, more: dict[str, str]) -> Path:
    files = {"depot/__init__.py": "", "depot/store.py": STORE, "shop.py": CHECKOUT, "tests/test_store.py": DIRECT}
    for path, text in (files | more).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def outcome(runner: ProjectRunner) -> Proven | Unproven:
    reproduction = Reproduction("tests/test_unknown.py", REGRESSION, NODE, "TypeError", PLACE, PLACE)
    return prove([GUARD], reproduction, DIAGNOSIS, runner, suite=True)


def test_a_change_that_breaks_a_test_through_another_import_is_not_claimed(depot: Depot) -> None:
    found = outcome(depot(shop=THROUGH_ANOTHER))
    assert isinstance(found, Unproven)
    assert found.reason.endswith("such as tests/test_shop.py::test_an_unknown_order_has_no_label.")


def test_the_claim_is_for_the_whole_suite_where_that_was_run(depot: Depot) -> None:
    found = outcome(depot(other="def test_sum():\n    assert 1 + 1 == 2\n"))
    assert isinstance(found, Proven)
    assert found.proof.suite_before is not None
    assert found.proof.suite_after is not None
    assert (found.proof.suite_before.passed, found.proof.suite_after.passed) == (2, 2)
    assert (found.proof.compared, found.proof.gaps) == (WHOLE, ())


def test_a_suite_over_the_budget_is_left_out_and_the_claim_says_so(depot: Depot) -> None:
    endless = "import time\n\n\ndef test_endless():\n    time.sleep(600)\n"
    compared = Suite(depot(endless=endless, shop=THROUGH_ANOTHER), whole_seconds=2).compare(GUARD)
    assert compared.worse == ()
    assert compared.claim == "no test of the test file that names the changed module is worse; 2 others were not run"
    assert compared.gaps == (
        "The whole suite was not compared: it takes longer than 2 s.",
        "2 other test files were not run.",
    )
    assert compared.after is not None
    assert compared.after.passed == 1


def test_a_test_that_fails_anyway_or_now_and_then_is_not_held_against_the_change(depot: Depot) -> None:
    # The processor time that a run has differs between the first run and later ones, and has nothing to do with the change.
    sometimes = "import resource\n\n\ndef test_time():\n    assert resource.getrlimit(resource.RLIMIT_CPU)[0] == 65\n"
    compared = Suite(depot(broken="def test_no():\n    assert False\n", sometimes=sometimes)).compare(GUARD)
    assert (compared.worse, compared.claim) == ((), WHOLE)
    assert compared.gaps == (
        "Tests that fail without the change too, and say nothing of it: 1.",
        "Tests that fail now and then, and were not counted: tests/test_sometimes.py::test_time.",
    )


def test_a_change_under_which_the_tests_no_longer_end_is_worse(depot: Depot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paramedic.proof.suite.SECONDS", 3.0)
    compared = Suite(depot(shop=WAITING)).compare(GUARD)
    assert compared.worse == ("one that does not end",)
