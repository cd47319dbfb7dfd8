"""A database as a busy team has it after a year: many issues, their counts by hour, samples, sessions, questions."""

from __future__ import annotations

import random
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from paramedic.store.schema import deliveries, effects, events, issue_hours, issues, session_log, sessions

PROJECTS = ("checkout", "billing", "search", "mobile-api", "warehouse", "accounts", "mailer", "pricing")
LEVELS = ("error", "error", "error", "warning", "fatal")
STATUSES = ("unresolved", "unresolved", "unresolved", "resolved", "ignored")
ERRORS = ("KeyError", "TypeError", "ValueError", "AttributeError", "IndexError", "TimeoutError", "IntegrityError")
VERDICTS = ("proven_fix", "reproduced", "diagnosed", "no_code_fix", "unknown")
DAYS = 90
DIFF = """--- a/shop/rows.py
+++ b/shop/rows.py
@@ -1,2 +1,2 @@
 def note(row):
-    return row['note']
+    return row.get('note')
"""
_AT_ONCE = 5_000


def fill(engine: sa.Engine, body: bytes, count: int, counted: int) -> None:
    """``count`` issues with ``counted`` events between them; every issue's samples are ``body``, the JSON of an event.

    The newest issue has the most events: what happens often is also what is looked at.
    """
    chance = random.Random(7)  # the same crowd every time
    now = datetime.now(UTC)
    with engine.begin() as connection:
        _insert(connection, issues, count, lambda number: _issue(chance, now, number, counted // count))
        _insert_all(connection, issue_hours, _hours(chance, count, counted))
        packed = zlib.compress(body, 1)
        kept = ((issue, slot) for issue in range(1, count + 1) for slot in range(22 if issue % 100 == 0 else 2))
        _insert_all(connection, events, ({"issue_id": issue, "slot": slot, "event_id": f"{issue:026x}{slot:06x}", "at": now,
                                          "body": packed} for issue, slot in kept))  # fmt: skip
        worked = count // 20
        _insert(connection, sessions, worked, lambda number: _session(chance, now, number, count))
        _insert_all(connection, session_log, (_entry(number, seq, now) for number in range(worked) for seq in range(12)))
        _insert(connection, effects, min(worked, 2_000), lambda number: _effect(chance, now, number))
        _insert(connection, deliveries, count * 2, lambda number: _delivery(chance, number))


def _insert(connection: sa.Connection, table: sa.Table, count: int, row: Callable[[int], dict[str, object]]) -> None:
    _insert_all(connection, table, (row(number) for number in range(count)))


def _insert_all(connection: sa.Connection, table: sa.Table, rows: Iterator[dict[str, object]]) -> None:
    batch: list[dict[str, object]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _AT_ONCE:
            connection.execute(sa.insert(table), batch)
            batch.clear()
    if batch:
        connection.execute(sa.insert(table), batch)


def _issue(chance: random.Random, now: datetime, number: int, usual: int) -> dict[str, object]:
    last = now - timedelta(minutes=DAYS * 24 * 60 * chance.random() ** 2)
    error = chance.choice(ERRORS)
    return {
        "id": number + 1,
        "project": chance.choice(PROJECTS),
        "group_key": f"{number:040x}",
        "title": f"{error}: step {number % 977} of order {chance.randrange(10**6)} has no value",
        "culprit": f"app.module_{number % 313}.step_{number % 97}",
        "level": chance.choice(LEVELS),
        "platform": "python",
        "environment": "production",
        "status": chance.choice(STATUSES),
        "state": "ongoing",
        "first_release": f"app@1.{number % 40}.0",
        "last_release": f"app@1.{number % 40 + 1}.0",
        "first_seen": last - timedelta(days=chance.random() * 30),
        "last_seen": last,
        "count": max(1, int(chance.expovariate(1 / max(usual, 1)))),
        "users": chance.randrange(1, 400),
        "grouping": {"kind": "stack", "values": ["app.module"]},
        "needs_rules": False,
        "action": "observe",
        "decision": "No rule matched.",
        "decided_at": last,
    }


def _hours(chance: random.Random, count: int, counted: int) -> Iterator[dict[str, object]]:
    """Spread over the days and the issues, three events in an hour on average."""
    hour = int(time.time()) // 3600
    for issue in range(1, count + 1):
        wanted = max(1, round(counted / count / 3))
        for back in chance.sample(range(DAYS * 24), min(wanted, DAYS * 24)):
            yield {"issue_id": issue, "hour": hour - back, "count": chance.randrange(1, 6)}


def _session(chance: random.Random, now: datetime, number: int, count: int) -> dict[str, object]:
    made = now - timedelta(minutes=DAYS * 24 * 60 * chance.random() ** 2)
    state = "failed" if number % 50 == 0 else "finished"
    verdict = chance.choice(VERDICTS) if state == "finished" else None
    return {
        "id": f"{number:032x}",
        "kind": "triage",
        "issue_id": chance.randrange(1, count + 1),
        "project": chance.choice(PROJECTS),
        "state": state,
        "action": "triage",
        "reason": "A rule asked for it.",
        "stage": "done",
        "created_at": made,
        "started_at": made,
        "finished_at": made + timedelta(seconds=20),
        "verdict": verdict,
        "summary": "`row` has no key `note`, since not every row has a note.",
    }


def _entry(number: int, seq: int, now: datetime) -> dict[str, object]:
    return {"session_id": f"{number:032x}", "seq": seq, "key": f"stage-{seq}", "at": now, "stage": "diagnose",
            "text": f"Step {seq} was done."}  # fmt: skip


def _effect(chance: random.Random, now: datetime, number: int) -> dict[str, object]:
    made = now - timedelta(minutes=DAYS * 24 * 60 * chance.random() ** 2)
    state = "pending" if number < 5 else "done"
    return {
        "key": f"{number:064x}",
        "kind": "patch",
        "state": state,
        "issue_id": number + 1,
        "session_id": f"{number:032x}",
        "cause": f"{number:016x}",
        "requires": [],
        "payload": {"name": f"{number}.patch", "diff": DIFF},
        "proposed_at": made,
        "decided_by": None if state == "pending" else "policy",
        "decided_at": None if state == "pending" else made,
    }


def _delivery(chance: random.Random, number: int) -> dict[str, object]:
    kind = chance.choice(("hook", "envelope", "envelope", "event"))
    return {"key": f"{number:064x}", "kind": kind, "project": "checkout", "encoding": "", "state": "processed",
            "received_at": time.time() - chance.random() * 7 * 86400}  # fmt: skip
