"""The loop against real servers that speak the providers' protocols: what comes of right, wrong and odd replies."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.agent.shop import ENOUGH, NODE, REGRESSION, RIGHT, TESTS, case_of, crash, models_for, run
from tests.standins.models import Call, Provider, Said, answer, tells, uses

from paramedic.agent import investigate
from paramedic.model.agent import Cost, Forgetful, Hold, Limits, Step, StopReason
from paramedic.sandbox.project import ProjectRunner
from paramedic.settings.file import AgentConfig
from paramedic.source.tree import SourceTree

MENDS = (
    uses("read_file", path="prices.py"),
    uses("replace", **RIGHT),
    uses("create", path="tests/test_country.py", text=REGRESSION),
    uses("prove", test=NODE),
    answer(test=NODE, rationale="Countries without a rate are sold to without tax."),
)


def test_both_protocols_take_the_same_way(tree: SourceTree) -> None:
    found, sent = [], []
    for protocol in ("openai", "anthropic"):
        provider = Provider(tells((*MENDS[:3], answer())))
        with provider.running():
            found.append(run(replace(case_of(tree), may_edit=True), provider, protocol=protocol))
        sent.append(provider.sent[-1])
    assert found[0].patch == found[1].patch != ()
    assert found[0].cost == found[1].cost
    assert all("Changed prices.py" in text for text in sent)
    assert '"cache_control"' in sent[1]


@pytest.mark.sandbox
def test_a_scripted_model_mends_what_the_engine_could_not(tree: SourceTree, runner: ProjectRunner) -> None:
    provider = Provider(tells(MENDS))
    with provider.running():
        found = run(case_of(tree, runner), provider)
    assert found.stop is StopReason.ANSWERED, found.reason
    assert found.reason.startswith("Proven"), found.reason
    assert [edit.path for edit in found.patch] == ["prices.py"]
    assert provider.calls == found.steps == 5
    assert found.cost.tokens == 5 * 1100
    assert found.cost.micro_dollars == 5 * (1000 + 100 * 10)


@pytest.mark.sandbox
def test_a_wrong_change_is_refused_by_the_prover_and_reported(tree: SourceTree, runner: ProjectRunner) -> None:
    wrong = {**RIGHT, "new": "    return RATES.get(country, 7)"}
    script = (uses("replace", **wrong), uses("create", path="tests/test_country.py", text=REGRESSION), answer(test=NODE))
    provider = Provider(tells(script))
    with provider.running():
        found = run(case_of(tree, runner), provider)
    assert found.stop is StopReason.ANSWERED
    assert found.reason == "None of 1 changes makes the regression test pass."


@pytest.mark.sandbox
def test_a_change_without_a_failing_test_is_asked_for_once_more(tree: SourceTree, runner: ProjectRunner) -> None:
    provider = Provider(tells((uses("replace", **RIGHT), answer(), answer())))
    with provider.running():
        found = run(case_of(tree, runner), provider)
    assert (found.stop, found.steps, provider.calls) == (StopReason.ANSWERED, 3, 3)
    assert found.reason == "There is no regression test yet."
    assert provider.sent[-1].count("This is asked once") == 1


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("test", "says"),
    [
        (REGRESSION.replace('"ch"', '"de"').replace("100 EUR", "119 EUR"), "passes without the change"),
        (REGRESSION.replace("label(100", "int(label"), "does not fail with KeyError"),
        ("def test_a_country_without_a_rate():\n    {}['ch']\n", "not in rate"),
    ],
)
def test_a_test_that_is_not_the_crash_proves_nothing(tree: SourceTree, runner: ProjectRunner, test: str, says: str) -> None:
    provider = Provider(
        tells((uses("create", path="tests/test_country.py", text=test), uses("replace", **RIGHT), answer(test=NODE)))
    )
    with provider.running():
        found = run(case_of(tree, runner), provider)
    assert says in found.reason


HANDS_OFF = (
    ("replace", {"path": "tests/test_prices.py", "old": "== 119", "new": ">= 0"}, "one of the project's tests"),
    ("replace", {"path": "tests/test_prices.py", "old": TESTS, "new": ""}, "one of the project's tests"),
    ("create", {"path": "tests/test_prices.py", "text": "x = 1"}, "one of the project's tests"),
    ("create", {"path": "conftest.py", "text": "collect_ignore = ['tests']"}, "decides how the project is built or tested"),
    ("create", {"path": "tests/conftest.py", "text": "x = 1"}, "decides how the project is built or tested"),
    ("create", {"path": "pytest.toml", "text": "x = 1"}, "decides how the project is built or tested"),
    ("create", {"path": "shop/Makefile", "text": "test: true"}, "decides how the project is built or tested"),
    ("create", {"path": "jest.config.js", "text": "x = 1"}, "decides how the project is built or tested"),
    ("create", {"path": "pytest.py", "text": "x = 1"}, "stand in for a module"),
    ("create", {"path": "sitecustomize.py", "text": "x = 1"}, "stand in for a module"),
    ("create", {"path": "../outside.py", "text": "x = 1"}, "not a path inside the repository"),
    ("create", {"path": "/tmp/outside.py", "text": "x = 1"}, "not a path inside the repository"),
    ("create", {"path": ".git/hooks/post-checkout", "text": "x = 1"}, "decides how"),
    ("replace", {"path": "prices.py", "old": "country", "new": "x"}, "times in prices.py"),
    ("replace", {"path": "prices.py", "old": "no such text", "new": "x"}, "is not in"),
    ("replace", RIGHT | {"new": "    return 0 if os.environ.get('PYTEST_CURRENT_TEST') else 1"}, "whether it is being tested"),
    ("read_file", {"path": "/etc/passwd"}, "not a path inside"),
    ("read_file", {"path": "link"}, "leads out of the repository"),
    ("create", {"path": "link/x.py", "text": "x = 1"}, "is a link"),
    ("replace", {"path": "prices.py"}, "The arguments are not right"),
    ("read_file", {"path": "prices.py", "host": "example.org"}, "The arguments are not right"),
    ("no_such_tool", {}, "no tool of that name"),
    ("search", {"pattern": "(a+)+b", "regex": True}, "may take for ever"),
    ("show_commit", {"commit": "--output=/tmp/x"}, "no git history"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "says"), HANDS_OFF, ids=str)
def test_what_a_tool_refuses_is_a_result_that_says_why(tree: SourceTree, name: str, arguments: dict[str, str], says: str) -> None:
    link = tree.root / "link"
    if not link.is_symlink():
        link.symlink_to("/etc")
    provider = Provider(tells((uses(name, **arguments), answer())))
    with provider.running():
        found = run(case_of(tree), provider)
    assert "T2: error" in provider.sent[-1]
    assert says in provider.sent[-1]
    assert found.patch == ()


def test_a_claim_that_cites_nothing_that_was_shown_is_dropped_and_counted(tree: SourceTree) -> None:
    claims = [
        {"text": "The country has no rate.", "evidence": ["C1", "T1"]},
        {"text": "It was the moon.", "evidence": []},
        {"text": "A log says so.", "evidence": ["T99", "E77"]},
    ]
    provider = Provider(tells((uses("list_files"), answer(claims=claims))))
    with provider.running():
        found = run(case_of(tree), provider)
    assert found.answer is not None
    assert [claim.text for claim in found.answer.claims] == ["The country has no rate."]
    assert found.dropped_claims == 2


def test_malformed_arguments_are_told_to_the_model(tree: SourceTree) -> None:
    broken = Said(calls=(Call("read_file", raw='{"path": "pri'),))
    no_answer = Said(calls=(Call("answer", raw='{"summary": 3}'),))
    provider = Provider(tells((broken, no_answer, answer())))
    with provider.running():
        found = run(case_of(tree), provider)
    assert found.stop is StopReason.ANSWERED
    assert "The arguments are not right" in provider.sent[1]
    assert "The answer is not right" in provider.sent[2]


@pytest.mark.parametrize("finish", ["stop", "content_filter", "length"])
def test_a_model_that_only_talks_is_not_asked_for_ever(tree: SourceTree, finish: str) -> None:
    provider = Provider(tells((Said("I cannot help with that.", finish=finish),)))
    with provider.running():
        found = run(case_of(tree), provider)
    assert found.stop in (StopReason.LOOP, StopReason.PROVIDER)
    assert provider.calls <= 4


def test_going_in_circles_ends(tree: SourceTree) -> None:
    provider = Provider(tells((uses("list_files"),)))
    with provider.running():
        found = run(case_of(tree), provider)
    assert (found.stop, provider.calls) == (StopReason.LOOP, 3)


def test_steps_and_time_are_bounded(tree: SourceTree) -> None:
    provider = Provider(lambda number, _sent: uses("read_file", path="prices.py", first=number + 1))
    with provider.running():
        by_steps = run(case_of(tree), provider, limits=Limits(steps=4))
        by_time = run(case_of(tree), provider, limits=Limits(seconds=0.0001))
    assert (by_steps.stop, by_steps.steps) == (StopReason.STEPS, 4)
    assert "This is your last step" in provider.sent[3]
    assert by_time.stop is StopReason.TIME
    assert by_time.steps <= 1


def test_a_cancelled_session_asks_no_more(tree: SourceTree) -> None:
    provider = Provider(tells((uses("list_files"),)))
    case = replace(case_of(tree), cancelled=lambda: provider.calls > 0)
    with provider.running():
        found = run(case, provider)
    assert (found.stop, provider.calls) == (StopReason.CANCELLED, 1)


def test_language_and_task_reach_the_model_and_the_prefix_is_stable(tree: SourceTree) -> None:
    provider = Provider(tells((uses("list_files"), uses("search", pattern="RATES"), answer())))
    with provider.running():
        run(replace(case_of(tree), language="Korean", task="Why are prices wrong?"), provider)
    first, second, third = provider.conversations
    assert "Write the answer in Korean" in str(first[0])
    assert "Task: Why are prices wrong?" in str(first[1])
    assert second[: len(first)] == first
    assert third[: len(second)] == second


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("English", "The country has no rate."),
        ("Korean", "국가에 세율이 없습니다."),
        ("Chinese", "该国家没有税率。"),
        ("Japanese", "その国の税率がありません。"),
    ],
)
def test_the_answer_is_asked_for_in_the_language_that_is_set_and_comes_as_it_was_written(
    tree: SourceTree, language: str, words: str
) -> None:
    config = AgentConfig.model_validate({"language": language})
    provider = Provider(tells((answer(words, claims=[{"text": words, "evidence": ["C1"]}]),)))
    with provider.running():
        found = run(replace(case_of(tree), language=config.language), provider)
    assert found.answer is not None
    assert (found.answer.summary, found.answer.claims[0].text) == (words, words)
    assert (f"Write the answer in {language}" in provider.sent[0]) is (language != "English")


def test_a_long_transcript_is_shortened_before_it_is_sent(tree: SourceTree) -> None:
    def reads(number: int, _sent: str) -> Said:
        return answer() if number == 30 else uses("search", pattern="e", paths=f"*{'*' * number}")

    provider = Provider(reads)
    with provider.running():
        found = run(replace(case_of(tree), event=crash()), provider, limits=Limits(context_tokens=8000))
    assert found.stop is StopReason.ANSWERED
    assert max(len(sent) for sent in provider.sent) < 8000 * 3 + 40_000
    assert "left out to make room" in provider.sent[-1]


def test_a_cheaper_model_shortens_a_long_transcript_and_its_words_are_recalled(tree: SourceTree) -> None:
    def reads(number: int, sent: str) -> Said:
        return answer() if "PRICES LIE IN RATES" in sent else uses("search", pattern="e", paths=f"*{'*' * number}")

    provider, cheap = Provider(reads), Provider(tells((Said("PRICES LIE IN RATES"),)))
    memory = Remembering(ENOUGH)
    with provider.running(), cheap.running():
        summariser = models_for(cheap)[0]
        for _ in range(2):
            found = investigate(
                case_of(tree),
                models_for(provider),
                memory,
                Limits(context_tokens=8000),
                lambda _line: None,
                summariser=summariser,
            )
    assert found.stop is StopReason.ANSWERED
    assert cheap.calls == 1
    assert "C1" in cheap.sent[0] or "T2" in cheap.sent[0]
    assert provider.calls + cheap.calls == sum(step.kind in ("model", "summary") for step in memory.steps.values())
    assert memory.spent == found.cost


class Remembering(Forgetful):
    """A journal that remembers within one process."""

    def __init__(self, limit: Cost) -> None:
        super().__init__(limit)
        self.steps: dict[int, Step] = {}

    def recall(self, number: int) -> Step | None:
        return self.steps.get(number)

    def keep(self, step: Step, hold: Hold | None = None) -> None:
        super().keep(step, hold)
        self.steps[step.number] = step
