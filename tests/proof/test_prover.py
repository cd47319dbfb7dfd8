"""The prover claims a change only when everything holds, and says what does not."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from paramedic.diagnosis import diagnose
from paramedic.model.diagnosis import Location
from paramedic.model.event import Event, ExceptionValue, Frame
from paramedic.model.repair import Candidate, Edit, Kind, Reproduction
from paramedic.proof import Proven, Unproven, prove
from paramedic.sandbox.choose import choose_sandbox
from paramedic.sandbox.environment import prepare_environment
from paramedic.sandbox.project import Project, ProjectRunner
from paramedic.source.tree import SourceTree

pytestmark = pytest.mark.sandbox

SOURCE = """class Refused(Exception):
    pass


def owner_of(ticket):
    return ticket.get("owner")


def initials(ticket):
    owner = owner_of(ticket)
    return owner[:2]
"""
TESTS = """from desk import initials


def test_initials():
    assert initials({"owner": "ann"}) == "an"


def test_initials_keep_case():
    assert initials({"owner": "Bob"}) == "Bo"
"""
REGRESSION = """from desk import initials


def test_initials_of_nobody():
    initials({"title": "printer"})
"""
PLACE = Location("desk.py", 11, "initials")


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProjectRunner]:
    root = tmp_path_factory.mktemp("desk")
    (root / "desk.py").write_text(SOURCE)
    (root / "tests").mkdir()
    (root / "tests" / "test_desk.py").write_text(TESTS)
    tree = SourceTree.open(root)
    version = "{}.{}".format(*sys.version_info[:2])
    environment = prepare_environment(
        tree, home=tmp_path_factory.mktemp("home"), event=None, config=None, python=version, progress=lambda _line: None
    )
    yield ProjectRunner(Project(tree=tree, environment=environment, sandbox=choose_sandbox("auto"), test_command=None))


def crash_of(tree: SourceTree) -> Event:
    frame = Frame("initials", "desk", "desk.py", "/srv/desk/desk.py", 11, context_line="    return owner[:2]", in_app=True,
                  variables={"ticket": {"title": "'printer'"}, "owner": "None"})  # fmt: skip
    return Event("1", exceptions=(ExceptionValue("TypeError", "'NoneType' object is not subscriptable", frames=(frame,)),))


def change(
    old: str, new: str, *, kind: Kind = Kind.FIX, weight: float = 0.9, answer: str = "", path: str = "desk.py"
) -> Candidate:
    before = SOURCE if path == "desk.py" else TESTS
    assert old in before
    return Candidate((Edit(path, before, before.replace(old, new)),), "guard", kind, "why", weight, PLACE, PLACE, answer)


GUARD = ("    return owner[:2]", '    if owner is None:\n        return ""\n    return owner[:2]')
LAST = "    return owner[:2]"


def outcome(runner: ProjectRunner, *changes: Candidate, test: str = REGRESSION) -> Proven | Unproven:
    tree = runner.project.tree
    reproduction = Reproduction(
        "tests/test_nobody.py", test, "tests/test_nobody.py::test_initials_of_nobody", "TypeError", PLACE, PLACE
    )
    return prove(changes, reproduction, diagnose(crash_of(tree), tree), runner, suite=True)


def refused(runner: ProjectRunner, *changes: Candidate, test: str = REGRESSION) -> str:
    found = outcome(runner, *changes, test=test)
    assert isinstance(found, Unproven)
    return found.reason


def test_a_right_fix_is_proven_with_its_runs(runner: ProjectRunner) -> None:
    found = outcome(runner, change(*GUARD))
    assert isinstance(found, Proven)
    proof = found.proof
    assert (proof.reproduction_before.failed, proof.reproduction_after.passed) == (1, 1)
    assert proof.suite_before is not None
    assert proof.suite_after is not None
    assert (proof.suite_before.passed, proof.suite_after.passed, proof.suite_after.failed) == (2, 2, 0)
    assert found.fix.diff.startswith("diff --git a/desk.py b/desk.py")
    assert (proof.sandbox, proof.interpreter[:2]) == ("bubblewrap", "3.")


def test_a_stop_gap_is_never_claimed(runner: ProjectRunner) -> None:
    found = outcome(runner, change(*GUARD, kind=Kind.STOP_GAP, weight=1.0))
    assert isinstance(found, Unproven)
    assert "only silences" in found.reason
    assert [fix.kind for fix in found.alternatives] == [Kind.STOP_GAP]


def test_a_change_that_breaks_the_projects_tests_is_refused(runner: ProjectRunner) -> None:
    # The near-by inputs never use upper case, so that only the project's own test can tell.
    assert "tests fail" in refused(runner, change(LAST, '    return (owner or "").lower()[:2]'))


def test_a_change_of_what_worked_is_refused(runner: ProjectRunner) -> None:
    test = REGRESSION.replace("initials({", "for name in ('x', 'yy'):\n        initials({'owner': name})\n    initials({")
    reason = refused(runner, change(LAST, '    return (owner or "") + "!"'), test=test)
    assert "work" in reason or "tests fail" in reason


def test_two_likely_changes_that_differ_are_left_to_a_person(runner: ProjectRunner) -> None:
    other = change(LAST, '    if owner is None:\n        return "??"\n    return owner[:2]', weight=0.89)
    assert "a person has to choose" in refused(runner, change(*GUARD), other)


def test_little_precedent_is_not_claimed(runner: ProjectRunner) -> None:
    assert "precedent" in refused(runner, change(*GUARD, weight=0.2))


def test_a_change_that_does_not_help_is_refused(runner: ProjectRunner) -> None:
    assert refused(runner, change(LAST, "    return owner[:3]")) == "None of 1 changes makes the regression test pass."


def test_a_test_that_passes_anyway_proves_nothing(runner: ProjectRunner) -> None:
    passing = REGRESSION.replace('{"title": "printer"}', '{"owner": "ann"}')
    assert refused(runner, change(*GUARD), test=passing) == "The regression test passes without a change."


@pytest.mark.parametrize("poison", ["import os; os._exit(0)", "while True: pass", "raise SystemExit(0)"])
def test_a_change_that_ends_or_hangs_the_interpreter_passes_nothing(runner: ProjectRunner, poison: str) -> None:
    assert "makes the regression test pass" in refused(runner, change(LAST, f"    {poison}\n{LAST}"))


def test_a_fix_that_answers_with_the_projects_error_gets_a_test_that_expects_it(runner: ProjectRunner) -> None:
    found = outcome(runner, change(LAST, f"    if owner is None:\n        raise Refused(ticket)\n{LAST}", answer="Refused"))
    assert isinstance(found, Proven), found
    assert found.reproduction is not None
    assert "with pytest.raises(Refused):" in found.reproduction.source
    assert found.proof.reproduction_after.passed == 1


def test_another_error_is_no_answer(runner: ProjectRunner) -> None:
    reason = refused(runner, change(LAST, f"    if owner is None:\n        raise KeyError(ticket)\n{LAST}", answer="Refused"))
    assert reason == "None of 1 changes makes the regression test pass."


def test_no_candidates_are_no_fix(runner: ProjectRunner) -> None:
    assert refused(runner) == "No change that this code base itself would make was found."


def test_a_test_that_dies_of_something_else_is_said_to_be_unfit(runner: ProjectRunner) -> None:
    outside = REGRESSION.replace(
        '    initials({"title": "printer"})', '    initials({"title": "printer"})\n    raise OSError("no application")'
    )
    found = outcome(runner, change(*GUARD), test=outside)
    assert isinstance(found, Unproven)
    assert found.unfit
