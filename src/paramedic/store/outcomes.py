"""What became of fixes: one row for each pull request of ours, and for each branch that was pushed without one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from paramedic.model.outcome import Basis, Fate, Outcome, ReviewComment, Silence
from paramedic.store.moments import aware
from paramedic.store.schema import effects, issues, outcome_comments, outcomes

MOST_COMMENTS = 500
"""Comments of one pull request that are kept."""
_TAKEN_UP = timedelta(days=60)
"""What was proposed longer ago is not begun to be followed: the worker looks every few seconds, and must look at few rows."""
_NUMBER = re.compile(r"(?:^|[/#])(\d{1,9})/?$")
_COLUMNS = tuple(outcomes.c[name] for name in Outcome.__slots__)
_MOMENTS = tuple(column.name for column in _COLUMNS if isinstance(column.type, sa.DateTime))
_OPEN = (Fate.OPEN.value, Fate.REOPENED.value)


def has_new(connection: sa.Connection) -> bool:
    """Whether something was opened or pushed that is not followed yet."""
    return connection.execute(_unfollowed().limit(1)).first() is not None


def follow_new(connection: sa.Connection) -> int:
    """Begin to follow what was opened or pushed and is not followed yet; how many those are."""
    fresh = connection.execute(_unfollowed()).mappings().all()
    if fresh:
        write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(outcomes)
        connection.execute(write.on_conflict_do_nothing(), [_begun(row) for row in fresh])
    return len(fresh)


def _unfollowed() -> sa.Select[tuple[object, ...]]:
    opening = effects.alias("opening")
    opened = sa.exists().where(
        opening.c.session_id == effects.c.session_id,
        opening.c.kind == "pull_request",
        opening.c.state.in_(("pending", "approved", "performing", "done")),
    )
    return sa.select(effects).where(
        effects.c.kind.in_(("pull_request", "push")),
        effects.c.proposed_at >= datetime.now(UTC) - _TAKEN_UP,
        effects.c.state == "done",
        effects.c.result.is_not(None),
        sa.or_(effects.c.kind == "pull_request", sa.and_(effects.c.kind == "push", ~opened)),
        ~sa.exists().where(outcomes.c.effect == effects.c.key),
    )


def _begun(row: sa.RowMapping) -> dict[str, object]:
    payload, now = row["payload"], datetime.now(UTC)
    is_pull = row["kind"] == "pull_request"
    found = _NUMBER.search(row["result"]) if is_pull else None
    return {
        "effect": row["key"],
        "issue_id": row["issue_id"],
        "session_id": row["session_id"],
        "repository": str(payload["repository"])[:200],
        "branch": str(payload["branch"])[:250],
        "number": int(found[1]) if found else None,
        "url": row["result"] if is_pull else None,
        "commit": None if is_pull else row["result"][:64],
        "fate": Fate.OPEN.value,
        "fate_at": now,
        "opened_at": now,
        "next_look_at": now,
    }


def of_pull(connection: sa.Connection, repository: str, number: int, branch: str) -> tuple[Outcome, ...]:
    """The followed pull request of this number, or, while its number is not known, from this branch."""
    unnumbered = sa.and_(
        outcomes.c.number.is_(None), outcomes.c.url.is_not(None), outcomes.c.branch == branch, sa.literal(branch) != ""
    )
    query = sa.select(*_COLUMNS).where(outcomes.c.repository == repository, sa.or_(outcomes.c.number == number, unnumbered))
    return tuple(_outcome(row) for row in connection.execute(query).mappings())


def read(connection: sa.Connection, effect: str) -> Outcome | None:
    row = connection.execute(sa.select(*_COLUMNS).where(outcomes.c.effect == effect)).mappings().one_or_none()
    return _outcome(row) if row else None


def of_issue(connection: sa.Connection, issue_id: int) -> tuple[Outcome, ...]:
    """The newest first."""
    return _found(connection, outcomes.c.issue_id == issue_id)


def of_sessions(connection: sa.Connection, session_ids: Sequence[str]) -> tuple[Outcome, ...]:
    """The newest first."""
    return _found(connection, outcomes.c.session_id.in_(session_ids)) if session_ids else ()


def _found(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> tuple[Outcome, ...]:
    query = sa.select(*_COLUMNS).where(condition).order_by(outcomes.c.opened_at.desc(), outcomes.c.effect)
    return tuple(_outcome(row) for row in connection.execute(query).mappings())


def due(connection: sa.Connection, now: datetime, limit: int) -> tuple[Outcome, ...]:
    """Those that are to be looked at, the longest due first."""
    query = sa.select(*_COLUMNS).where(outcomes.c.next_look_at <= now).order_by(outcomes.c.next_look_at).limit(limit)
    return tuple(_outcome(row) for row in connection.execute(query).mappings())


def claim(connection: sa.Connection, outcome: Outcome, until: datetime) -> bool:
    """Nobody else looks at it before ``until``; False when another worker was quicker."""
    taken = sa.update(outcomes).where(outcomes.c.effect == outcome.effect, outcomes.c.next_look_at == outcome.next_look_at)
    return connection.execute(taken.values(next_look_at=until)).rowcount == 1


def change(connection: sa.Connection, effect: str, **values: object) -> None:
    connection.execute(sa.update(outcomes).where(outcomes.c.effect == effect).values(values))


def put_off(connection: sa.Connection, repositories: Sequence[str], until: datetime) -> None:
    """Ask nothing about open pull requests of these repositories before ``until``, since their forge wants to be left alone."""
    late = sa.update(outcomes).where(
        outcomes.c.repository.in_(repositories), outcomes.c.fate.in_((*_OPEN, Fate.CLOSED.value)), outcomes.c.next_look_at < until
    )
    connection.execute(late.values(next_look_at=until))


def look_again(connection: sa.Connection, issue_ids: Sequence[int]) -> None:
    """Something was heard of these issues that may tell whether their merged fixes hold."""
    merged = sa.update(outcomes).where(outcomes.c.issue_id.in_(issue_ids), outcomes.c.fate == Fate.MERGED.value)
    unsettled = outcomes.c.silence.is_distinct_from(Silence.REGRESSED.value)
    connection.execute(merged.where(unsettled).values(next_look_at=datetime.now(UTC)))


def look_again_in(connection: sa.Connection, projects: Sequence[str]) -> None:
    """As ``look_again``, for the issues of projects that a new release was heard of in."""
    there = sa.select(issues.c.id).where(issues.c.project.in_(projects))
    ids = connection.execute(sa.select(outcomes.c.issue_id).where(outcomes.c.issue_id.in_(there)).distinct()).scalars().all()
    look_again(connection, ids)


def followed(connection: sa.Connection, issue_ids: Sequence[int]) -> frozenset[int]:
    """Those of the issues that a fix is followed of."""
    query = sa.select(outcomes.c.issue_id).where(outcomes.c.issue_id.in_(issue_ids)).distinct()
    return frozenset(connection.execute(query).scalars()) if issue_ids else frozenset()


def counts(connection: sa.Connection, since: datetime) -> Mapping[str, int]:
    """How many followed fixes changed since then, by what became of them: a silence where there is one, else a fate."""
    word = sa.func.coalesce(outcomes.c.silence, outcomes.c.fate)
    changed = sa.or_(outcomes.c.fate_at >= since, outcomes.c.judged_at >= since)
    query = sa.select(word, sa.func.count()).where(changed).group_by(word)
    return {row[0]: row[1] for row in connection.execute(query)}


def add_comments(connection: sa.Connection, effect: str, comments: Sequence[ReviewComment]) -> tuple[ReviewComment, ...]:
    """Keep them; those that were not known before, in the order given. An edited one is kept as it is now."""
    known = set(connection.execute(sa.select(outcome_comments.c.id).where(outcome_comments.c.effect == effect)).scalars())
    room = MOST_COMMENTS - len(known)
    fresh = [comment for comment in comments if comment.id not in known][: max(room, 0)]
    kept = [comment for comment in comments if comment.id in known] + fresh
    if kept:
        write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(outcome_comments)
        edited = {"text": write.excluded["text"]}
        rows = [{"effect": effect, **{name: getattr(one, name) for name in ReviewComment.__slots__}} for one in kept]
        connection.execute(write.on_conflict_do_update(index_elements=["effect", "id"], set_=edited), rows)
    return tuple(fresh)


def comments(connection: sa.Connection, effect_keys: Sequence[str]) -> dict[str, tuple[ReviewComment, ...]]:
    """By effect, the oldest first."""
    query = (
        sa.select(outcome_comments)
        .where(outcome_comments.c.effect.in_(effect_keys))
        .order_by(outcome_comments.c.at, outcome_comments.c.id)
    )
    found: dict[str, list[ReviewComment]] = {}
    for row in connection.execute(query).mappings() if effect_keys else ():
        values = {name: row[name] for name in ReviewComment.__slots__} | {"at": aware(row["at"])}
        found.setdefault(row["effect"], []).append(ReviewComment(**values))
    return {effect: tuple(written) for effect, written in found.items()}


def _outcome(row: sa.RowMapping) -> Outcome:
    values = dict(row)
    for name in _MOMENTS:
        values[name] = aware(values[name]) if values[name] else None
    for name, kind in (("fate", Fate), ("silence", Silence), ("basis", Basis)):
        values[name] = kind(values[name]) if values[name] else None
    return Outcome(**values)
