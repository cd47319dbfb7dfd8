"""Pull requests are followed from the ledger alone, and what people wrote on them is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from outcomes.house import BRANCH, PULL, add_issue, add_session, opened, perform
from paramedic.effects.values import Push
from paramedic.model.outcome import Fate, ReviewComment
from paramedic.store import outcomes

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
PUSH = Push("shop", BRANCH, "b" * 40, (), "Fix it", 1)


@pytest.mark.parametrize(
    ("result", "number"),
    [
        ("https://github.example/acme/shop/pull/12", 12),
        ("https://gitlab.example/group/sub/shop/-/merge_requests/3", 3),
        ("https://gitea.example/acme/shop/pulls/7", 7),
        ("#5", 5),
        ("https://odd.example/acme/shop", None),
    ],
)
def test_a_pull_request_that_was_opened_is_followed_by_its_number(engine: sa.Engine, result: str, number: int | None) -> None:
    outcome = opened(engine, result)
    assert (outcome.number, outcome.branch, outcome.repository, outcome.fate) == (number, BRANCH, "shop", Fate.OPEN)
    with engine.begin() as connection:
        assert outcomes.follow_new(connection) == 0, "it is followed once"
        assert outcomes.due(connection, datetime.now(UTC), 10) == (outcome,)


def test_a_branch_is_followed_only_where_no_pull_request_came_of_it(engine: sa.Engine) -> None:
    issue_id = add_issue(engine)
    with_pull, alone = add_session(engine, issue_id), add_session(engine, issue_id)
    perform(engine, issue_id, with_pull, PUSH, "c" * 40)
    perform(engine, issue_id, with_pull, PULL, "#1")
    lonely = perform(engine, issue_id, alone, Push("shop", "paramedic/alone", "b" * 40, (), "Fix it", 2), "d" * 40)
    with engine.begin() as connection:
        assert outcomes.follow_new(connection) == 2
        kept = outcomes.read(connection, lonely)
    assert kept is not None
    assert (kept.commit, kept.url, kept.number) == ("d" * 40, None, None)


def test_a_dry_run_is_not_followed(engine: sa.Engine) -> None:
    issue_id = add_issue(engine)
    key = perform(engine, issue_id, add_session(engine, issue_id), PULL, "")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE effects SET result = NULL"))
        assert outcomes.follow_new(connection) == 0
        assert outcomes.read(connection, key) is None


def test_one_worker_takes_what_is_due(engine: sa.Engine) -> None:
    outcome = opened(engine)
    with engine.begin() as connection:
        later = datetime.now(UTC) + timedelta(minutes=1)
        assert outcomes.claim(connection, outcome, later)
        assert not outcomes.claim(connection, outcome, later)


def test_comments_are_kept_once_and_follow_their_edits(engine: sa.Engine) -> None:
    outcome = opened(engine)
    first, second = ReviewComment("c1", "ada", "why?", NOW), ReviewComment("c2", "bob", "nice", NOW + timedelta(hours=1))
    with engine.begin() as connection:
        assert outcomes.add_comments(connection, outcome.effect, [first]) == (first,)
        assert outcomes.add_comments(connection, outcome.effect, [ReviewComment("c1", "ada", "why None?", NOW), second]) == (
            second,
        )
        kept = outcomes.comments(connection, [outcome.effect])[outcome.effect]
    assert [comment.text for comment in kept] == ["why None?", "nice"]


def test_comments_of_one_pull_request_are_bounded(engine: sa.Engine) -> None:
    outcome = opened(engine)
    many = [ReviewComment(f"c{number}", "flood", "x", NOW) for number in range(outcomes.MOST_COMMENTS + 50)]
    with engine.begin() as connection:
        assert len(outcomes.add_comments(connection, outcome.effect, many)) == outcomes.MOST_COMMENTS
        assert len(outcomes.add_comments(connection, outcome.effect, [ReviewComment("late", "a", "b", NOW)])) == 0
