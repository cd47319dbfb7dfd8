"""One issue with all that is known, and the wish to have it looked into again."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence

from starlette.responses import Response

from paramedic.effects import ledger
from paramedic.integrations.sentry.event import parse_event
from paramedic.model.event import Event
from paramedic.sessions.starting import start_by_hand
from paramedic.store import events, issues, outcomes, sessions
from paramedic.store.engine import reading
from paramedic.store.events import Sample
from paramedic.store.sessions import SessionState
from paramedic.web.pages.approvals import diffs_of
from paramedic.web.pages.charts import DAY, frequency
from paramedic.web.pages.outcomes import shown
from paramedic.web.pages.serving import Visit
from paramedic.web.pages.stack import headline, stacks


def one(visit: Visit) -> Response:
    issue_id = visit.number("issue")
    hour = int(time.time()) // 3600
    with reading(visit.engine).connect() as connection:
        issue = issues.read(connection, issue_id)
        counts = dict(issues.hours_since(connection, issue_id, hour - 14 * DAY))
        body = events.event_body(connection, issue_id)
        samples = events.sampled(connection, issue_id)
        found = sessions.recent(connection, issue_id=issue_id, limit=20)
        effects = ledger.listing(connection, issue_id=issue_id)
        followed = shown(connection, outcomes.of_issue(connection, issue_id))
    event = parse_event(json.loads(body)) if body is not None else None
    kind, text = headline(event.crash if event else None, issue.title)
    return visit.show(
        "issue.html",
        issue=issue,
        kind=kind,
        text=text,
        event=event,
        stacks=stacks(event) if event else (),
        tags=_shares(samples),
        day=frequency(counts, bars=24),
        fortnight=frequency(counts, bars=14, hours_each=DAY),
        sessions=found,
        session=next((session for session in found if session.state is SessionState.FINISHED), None),
        live=next((session for session in found if session.state in sessions.LIVE), None),
        effects=effects,
        outcomes=followed,
        diffs=diffs_of(effects),
    )


def investigate(visit: Visit) -> Response:
    """Look into it now, whatever the rules say; a session that is under way is shown instead."""
    with visit.engine.begin() as connection:
        session_id, _fresh = start_by_hand(connection, issues.read(connection, visit.number("issue")), visit.who)
    return visit.go(f"/sessions/{session_id}")


def _shares(samples: Sequence[Sample]) -> list[tuple[str, list[tuple[str, int]]]]:
    """By tag, its most frequent values and their percentages among the kept events."""
    read = [parse_event(json.loads(sample.body), brief=True) for sample in samples]
    counted: dict[str, Counter[str]] = {}
    for event in read:
        for key, value in _tags(event):
            counted.setdefault(key, Counter())[value] += 1
    return [
        (key, [(value, round(100 * count / len(read))) for value, count in values.most_common(4)])
        for key, values in sorted(counted.items())
    ]


def _tags(event: Event) -> Iterable[tuple[str, str]]:
    known = {"release": event.release, "environment": event.environment, "server_name": event.server_name}
    return ({name: value for name, value in known.items() if value} | dict(event.tags)).items()
