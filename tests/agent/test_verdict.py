"""From what an agent found to a verdict: only the prover's word makes a fix, and only what cites something changes anything."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.agent.shop import NODE, REGRESSION, RIGHT, SOURCE, case_of, crash, run
from tests.standins.models import Provider, answer, tells, uses

from paramedic.model.agent import Answer, Claim, Cost, Investigation, StopReason
from paramedic.model.repair import Edit, Kind, TriageResult, Verdict
from paramedic.sandbox.project import ProjectRunner
from paramedic.sessions.agent_proof import Bench, silences
from paramedic.sessions.agent_verdict import judged
from paramedic.source.tree import SourceTree

ANSWER = Answer(
    "Rates are missing.", (Claim("No rate for ch.", ("C1",)),), "Sold without tax.", 0.7, "server", "prices.py", 7, "rate"
)
PATCH = (Edit("prices.py", SOURCE, SOURCE.replace("RATES[country]", "RATES.get(country, 7)")),)
TEST = (Edit("tests/test_country.py", "", REGRESSION),)


def engine_of(tree: SourceTree) -> TriageResult:
    found = case_of(tree).found
    assert found is not None
    return found


def judge(tree: SourceTree, found: Investigation, engine: TriageResult | None = None) -> TriageResult:
    return judged(engine or engine_of(tree), crash(), found, None, tree, "content")


def answered(answer: Answer = ANSWER, **more: object) -> Investigation:
    return Investigation(StopReason.ANSWERED, "reason", answer, cost=Cost(5, 6), model="openai:tester", steps=3, **more)


@pytest.mark.parametrize("stop", [stop for stop in StopReason if stop is not StopReason.ANSWERED])
def test_an_agent_that_did_not_answer_leaves_the_engine_s_verdict(tree: SourceTree, stop: StopReason) -> None:
    result = judge(tree, Investigation(stop, "the limit", patch=PATCH))
    engine = engine_of(tree)
    assert (result.verdict, result.diagnosis, result.fix) == (engine.verdict, engine.diagnosis, None)
    assert result.reason == "The engine found no fix. The agent stopped: the limit"
    assert result.agent is not None
    assert result.agent.stop == stop.value


def test_an_answer_that_cites_something_is_the_diagnosis(tree: SourceTree) -> None:
    result = judge(tree, answered(), TriageResult(Verdict.NOT_FOUND, "lost"))
    assert (result.verdict, result.reason) == (Verdict.DIAGNOSED, "Rates are missing.")
    assert result.diagnosis is not None
    assert result.diagnosis.location is not None
    assert (result.diagnosis.location.line, result.diagnosis.exception_type) == (7, "KeyError")
    assert [(fact.id, fact.text) for fact in result.diagnosis.evidence] == [("A1", "No rate for ch. (C1)")]
    assert result.agent is not None
    assert (result.agent.micro_dollars, result.agent.tokens, result.agent.content) == (5, 6, "content")


def test_an_answer_that_cites_nothing_changes_no_verdict(tree: SourceTree) -> None:
    lost = TriageResult(Verdict.NOT_FOUND, "lost")
    result = judge(tree, answered(replace(ANSWER, claims=()), dropped_claims=2), lost)
    assert (result.verdict, result.diagnosis) == (Verdict.NOT_FOUND, None)
    assert result.agent is not None
    assert result.agent.dropped_claims == 2


def test_that_nothing_can_be_fixed_is_said_plainly(tree: SourceTree) -> None:
    assert judge(tree, answered(replace(ANSWER, fixable=False))).verdict is Verdict.NO_CODE_FIX


@pytest.mark.parametrize(("file", "line"), [("nope.py", 1), ("../prices.py", 1), ("prices.py", 999), ("prices.py", 0), (None, 7)])
def test_a_place_that_does_not_exist_is_not_taken_over(tree: SourceTree, file: str | None, line: int) -> None:
    result = judge(tree, answered(replace(ANSWER, file=file, line=line)))
    engine = engine_of(tree).diagnosis
    assert result.diagnosis is not None
    assert engine is not None
    assert result.diagnosis.location == engine.location


def test_a_change_that_cannot_be_run_is_only_offered(tree: SourceTree) -> None:
    result = judge(tree, answered(patch=PATCH))
    assert (result.verdict, result.fix) == (Verdict.DIAGNOSED, None)
    assert "could not be proven here" in result.reason
    assert "RATES.get(country, 7)" in result.alternatives[0].diff


@pytest.mark.sandbox
def test_a_refused_change_is_reported_with_the_test_that_refused_it(tree: SourceTree, runner: ProjectRunner) -> None:
    engine = engine_of(tree)
    bench = Bench(crash(), engine, runner, True, lambda _line: None)
    found = replace(answered(replace(ANSWER, test=NODE), patch=PATCH, tests=TEST), reason="None of 1 changes …")
    result = judged(engine, crash(), found, bench, tree, "")
    assert (result.verdict, result.fix, result.proof) == (Verdict.REPRODUCED, None, None)
    assert "The agent's change was refused: None of 1 changes" in result.reason
    assert result.reproduction is not None
    assert result.reproduction.path == "tests/test_country.py"


@pytest.mark.parametrize(
    ("new", "silent"),
    [
        (RIGHT["new"], False),
        ("    try:\n        return RATES[country]\n    except KeyError:\n        return 0", True),
        ("    try:\n        return RATES[country]\n    except KeyError:\n        pass", True),
        ("    try:\n        return RATES[country]\n    except KeyError:\n        return default(country)", False),
        ("    with contextlib.suppress(KeyError):\n        return RATES[country]", True),
        ("    this is no python", False),
    ],
)
def test_a_handler_that_does_nothing_is_a_stop_gap(tree: SourceTree, new: str, silent: bool) -> None:
    patch = (Edit("prices.py", SOURCE, SOURCE.replace(RIGHT["old"], new)),)
    assert silences(patch) is silent
    kind = judge(tree, answered(patch=patch)).alternatives[0].kind
    assert kind is (Kind.STOP_GAP if silent else Kind.FIX)


@pytest.mark.sandbox
def test_a_change_without_a_test_that_fails_before_is_a_diagnosis_and_an_offer(tree: SourceTree, runner: ProjectRunner) -> None:
    provider = Provider(tells((uses("replace", **RIGHT), answer(), answer())))
    bench = Bench(crash(), engine_of(tree), runner, True, lambda _line: None)
    case = replace(case_of(tree), runner=runner, prove=bench.trial)
    with provider.running():
        found = run(case, provider)
    result = judged(engine_of(tree), crash(), found, bench, tree, "content")
    assert (result.verdict, result.fix, provider.calls) == (Verdict.DIAGNOSED, None, 3)
    assert result.reason.endswith("The agent's change was refused: There is no regression test yet.")
    assert [offer.files for offer in result.alternatives] == [("prices.py",)]
