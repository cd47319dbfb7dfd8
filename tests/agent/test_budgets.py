"""Budgets in the database: held at the worst case, settled at the real one, never overdrawn by any number of workers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from tests.agent.shop import case_of, run
from tests.standins.base import Fault
from tests.standins.models import Provider, answer, tells, uses

from paramedic.model.agent import Cost, Hold, Limits, Refusal, Step, StopReason
from paramedic.model.errors import BadInput
from paramedic.sessions.resuming import resume
from paramedic.source.tree import SourceTree
from paramedic.store import budgets
from paramedic.store import sessions as store
from paramedic.store.agent import Overtaken, StoredJournal, steps_of
from paramedic.store.issues import Sighting, listed, record
from paramedic.store.sessions import NewSession, SessionState

PLENTY = Cost(10**9, 10**9)


def add_session(engine: sa.Engine, key: str = "a") -> tuple[str, int]:
    now = datetime.now(UTC)
    sighting = Sighting("shop", key, "KeyError", "prices", "error", "python", {"key": key})
    sighting.count, sighting.first_seen, sighting.last_seen = 1, now, now
    sighting.hours = {int(now.timestamp()) // 3600: 1}
    with engine.begin() as connection:
        record(connection, [sighting])
        issue = next(issue.id for issue in listed(connection) if issue.group_key == key)
        return store.start(connection, NewSession(issue, "shop", "fix", None, "a test"))[0], issue


def journal(
    engine: sa.Engine, session: tuple[str, int], *, own: Cost = PLENTY, issue: Cost = PLENTY, day: Cost = PLENTY
) -> StoredJournal:
    return StoredJournal(engine, session[0], session[1], (own, issue, day))


def spent(engine: sa.Engine, scope: str) -> Cost:
    with engine.connect() as connection:
        return budgets.spent(connection, scope)


def test_a_hold_counts_until_it_is_settled(engine: sa.Engine) -> None:
    session = add_session(engine)
    held = journal(engine, session)
    first = held.hold(Cost(100, 10))
    assert isinstance(first, Hold)
    assert spent(engine, f"session:{session[0]}") == Cost(100, 10)
    held.keep(Step(0, "model", "m", "{}", Cost(30, 4)), first)
    second = held.hold(Cost(50, 5))
    assert isinstance(second, Hold)
    held.release(second)
    assert {spent(engine, scope) for scope in first.scopes} == {Cost(30, 4)}
    recalled = held.recall(0)
    assert recalled is not None
    assert (recalled.data, recalled.cost) == ("{}", Cost(30, 4))


@pytest.mark.parametrize("which", ["own", "issue", "day"])
@pytest.mark.parametrize(("cap", "word"), [(Cost(99, 10**9), "dollars"), (Cost(10**9, 9), "tokens")])
def test_each_budget_refuses_and_then_nothing_is_taken_from_any(engine: sa.Engine, which: str, cap: Cost, word: str) -> None:
    session = add_session(engine)
    refused = journal(engine, session, **{which: cap}).hold(Cost(100, 10))
    assert isinstance(refused, Refusal)
    setting = {"own": "session", "issue": "issue_day", "day": "day"}[which]
    assert f"Raise {setting}_{word} in [agent]" in refused.reason
    assert spent(engine, f"session:{session[0]}") == Cost()


def test_two_workers_on_one_budget_never_overdraw_it(engine: sa.Engine) -> None:
    sessions = [add_session(engine, key) for key in ("a", "b")]
    day = Cost(1000, 10**9)
    taken: list[int] = []

    def work(session: tuple[str, int]) -> None:
        own = journal(engine, session, day=day)
        for number in range(40):
            held = own.hold(Cost(70, 1))
            if isinstance(held, Hold):
                own.keep(Step(number, "model", "m", "{}", Cost(60, 1)), held)
                taken.append(60)

    at_once([lambda session=session: work(session) for session in sessions])
    total = spent(engine, f"day:{datetime.now(UTC):%Y-%m-%d}").micro_dollars
    assert total == sum(taken) <= 1000
    assert total > 1000 - 70


@pytest.mark.parametrize("fails", [False, True], ids=["answers", "fails after charging"])
def test_two_agents_that_are_answered_for_ever_never_spend_more_than_their_day(
    engine: sa.Engine, tree: SourceTree, fails: bool
) -> None:
    sessions = [add_session(engine, key) for key in ("a", "b")]
    day = Cost(700_000, 10**9)
    provider = Provider(lambda _number, _sent: replace(answer(confidence=7), wrote=8000))
    provider.faults = [Fault(500, {"error": {"message": "late"}}, after=True)] * 3 if fails else []
    stops: list[StopReason] = []

    def work(session: tuple[str, int]) -> None:
        found = run(case_of(tree), provider, journal=journal(engine, session, day=day), limits=Limits(steps=1000))
        stops.append(found.stop)

    with provider.running():
        at_once([lambda session=session: work(session) for session in sessions])
    total = spent(engine, f"day:{datetime.now(UTC):%Y-%m-%d}").micro_dollars
    assert stops == [StopReason.BUDGET] * 2
    # What the provider charges for: each call that it wrote a reply for, whether that arrived or not.
    assert len(provider.sent) * 81_000 <= total <= day.micro_dollars
    assert len(provider.sent) >= 4


def at_once(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_session_stopped_by_its_budget_goes_on_when_it_is_raised_and_pays_nothing_twice(
    engine: sa.Engine, tree: SourceTree
) -> None:
    session = add_session(engine)
    script = (uses("read_file", path="prices.py"), uses("search", pattern="RATES"), uses("list_files"), answer())
    provider = Provider(tells([replace(said, read=100_000) for said in script]))
    with provider.running():
        small = run(case_of(tree), provider, journal=journal(engine, session, own=Cost(250_000, 10**9)))
        asked = provider.calls
        assert (small.stop, asked) == (StopReason.BUDGET, 2)
        with engine.begin() as connection:
            budgets.raise_to(connection, budgets.session_scope(session[0]), 1_000_000)
        whole = run(case_of(tree), provider, journal=journal(engine, session, own=Cost(250_000, 10**9)))
    assert (whole.stop, provider.calls) == (StopReason.ANSWERED, 4)
    assert spent(engine, f"session:{session[0]}") == whole.cost == Cost(4 * 101_000, 4 * 100_100)
    with engine.connect() as connection:
        kept = steps_of(connection, session[0])
    assert [step.kind for step in kept] == ["opening", *["model", "tool"] * 3, "model"]


def test_a_provider_that_fails_after_charging_keeps_what_was_held(engine: sa.Engine, tree: SourceTree) -> None:
    session = add_session(engine)
    provider = Provider(tells((answer(),)))
    provider.faults = [Fault(500, {"error": {"message": "late"}}, after=True)] * 50
    cap = Cost(300_000, 10**9)
    with provider.running():
        found = run(case_of(tree), provider, journal=journal(engine, session, own=cap))
    assert found.stop in (StopReason.BUDGET, StopReason.PROVIDER)
    assert 0 < spent(engine, f"session:{session[0]}").micro_dollars <= cap.micro_dollars


def test_a_worker_that_was_overtaken_keeps_nothing(engine: sa.Engine) -> None:
    session = add_session(engine)
    asleep, heir = journal(engine, session), journal(engine, session)
    first, second = asleep.hold(Cost(10, 1)), heir.hold(Cost(10, 1))
    assert isinstance(first, Hold)
    assert isinstance(second, Hold)
    heir.keep(Step(0, "model", "m", '"heir"', Cost(5, 1)), second)
    with pytest.raises(Overtaken):
        asleep.keep(Step(0, "model", "m", '"asleep"', Cost(5, 1)), first)
    recalled = asleep.recall(0)
    assert recalled is not None
    assert recalled.data == '"heir"'
    assert spent(engine, f"session:{session[0]}") == Cost(15, 2)


class _Killed(BaseException):
    """As final as a signal, for what runs in one process."""


@pytest.mark.parametrize("at", range(8))
def test_a_run_that_dies_at_any_step_goes_on_without_repeating_a_call(engine: sa.Engine, tree: SourceTree, at: int) -> None:
    session = add_session(engine)
    script = (uses("read_file", path="prices.py"), uses("search", pattern="RATES"), uses("list_files"), answer())
    provider = Provider(tells(script))

    class Dying(StoredJournal):
        def keep(self, step: Step, hold: Hold | None = None) -> None:
            if step.number == at:
                raise _Killed
            super().keep(step, hold)

    with provider.running():
        with pytest.raises(_Killed):
            run(case_of(tree), provider, journal=Dying(engine, *session, (PLENTY,) * 3))
        found = run(case_of(tree), provider, journal=journal(engine, session))
    assert found.stop is StopReason.ANSWERED
    in_flight = at % 2
    assert provider.calls == 4 + in_flight
    assert spent(engine, f"session:{session[0]}").tokens >= found.cost.tokens
    assert (spent(engine, f"session:{session[0]}") == found.cost) is not bool(in_flight)


def test_resuming_queues_another_turn_unless_the_issue_is_under_work(engine: sa.Engine) -> None:
    session_id, _issue = add_session(engine)
    with engine.begin() as connection:
        store.finish(connection, session_id, SessionState.FINISHED, verdict="diagnosed", summary="stopped")
        resume(connection, session_id, 5_000_000)
        session = store.read(connection, session_id)
    assert (session.state, session.turn) == (SessionState.QUEUED, 1)
    with engine.begin() as connection, pytest.raises(BadInput, match="not a triage that has ended"):
        resume(connection, session_id)
