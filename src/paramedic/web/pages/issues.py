"""One issue with all that is known of it."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from paramedic.effects import ledger
from paramedic.integrations.sentry.event import parse_event
from paramedic.model.event import Event
from paramedic.store import events, hours, ignores, issues, outcomes, playbooks, sessions
from paramedic.store.engine import reading
from paramedic.store.service_users import HOME_ORGANISATION
from paramedic.store.sessions import SessionState
from paramedic.web.pages.approvals import diffs_of
from paramedic.web.pages.brief import brief_of
from paramedic.web.pages.charts import DAY, frequency
from paramedic.web.pages.evidence import places_of
from paramedic.web.pages.outcomes import shown
from paramedic.web.pages.serving import Visit
from paramedic.web.pages.stack import headline, left_out, stacks
from paramedic.web.pages.watch import Topic, version_of

_SHOWN_VALUES, _SHOWN_TAGS = 4, 40


@dataclass(frozen=True, slots=True)
class Tag:
    """``values`` are the most frequent with their percentages; ``others`` is how many more values there are."""

    name: str
    values: tuple[tuple[str, int], ...]
    others: int


def one(visit: Visit) -> Response:
    issue_id = visit.number("issue")
    hour = int(time.time()) // 3600
    with reading(visit.engine).connect() as connection:
        issue = issues.read(connection, issue_id)
        version = version_of(connection, Topic("issue", str(issue_id)))
        counts = dict(hours.of_issue(connection, issue_id, hour - 14 * DAY))
        body = events.event_body(connection, issue_id)
        kept = [parse_event(json.loads(sample.body), brief=True) for sample in events.sampled(connection, issue_id)]
        found = sessions.recent(connection, issue_id=issue_id, limit=20)
        effects = ledger.listing(connection, issue_id=issue_id)
        followed = shown(connection, outcomes.of_issue(connection, issue_id))
        ignored = ignores.of_issue(connection, issue_id)
        procedures = playbooks.listed(connection, HOME_ORGANISATION)
    event = parse_event(json.loads(body)) if body is not None else None
    kind, text = headline(event.crash if event else None, issue.title)
    session = next((session for session in found if session.state is SessionState.FINISHED), None)
    live = next((session for session in found if session.state in sessions.LIVE), None)
    shown_stacks = stacks(event) if event else ()
    diagnosis = (session.result or {}).get("diagnosis") if session else None
    releases = _releases(kept)
    return visit.show(
        "issue.html",
        issue=issue,
        cursor=f"0.{version}",
        kind=kind,
        text=text,
        event=event,
        brief=brief_of(issue, session, live, effects),
        stacks=shown_stacks,
        stacks_left_out=left_out(event) if event else 0,
        places=places_of(diagnosis, shown_stacks, event) if isinstance(diagnosis, dict) else {},
        tags=_shares(kept),
        kept=len(kept),
        hours=frequency(counts, bars=24, marks=releases),
        days=frequency(counts, bars=14, hours_each=DAY, marks=releases),
        sessions=found,
        session=session,
        live=live,
        effects=effects,
        outcomes=followed,
        diffs=diffs_of(effects),
        ignored=ignored,
        playbooks=procedures,
        has_model=visit.settings.paramedic_model is not None,
    )


def _releases(kept: Sequence[Event]) -> dict[str, int]:
    """The hour in which each release is first seen among the kept events."""
    seen: dict[str, int] = {}
    for event in kept:
        if event.release and event.timestamp:
            hour = int(event.timestamp.timestamp()) // 3600
            seen[event.release] = min(hour, seen.get(event.release, hour))
    return {f"release {name} first seen": hour for name, hour in sorted(seen.items(), key=lambda one: one[1])[-8:]}


def _shares(kept: Sequence[Event]) -> list[Tag]:
    """How the tags of the kept events are distributed."""
    counted: dict[str, Counter[str]] = {}
    for event in kept:
        for key, value in _tags(event):
            counted.setdefault(key, Counter())[value] += 1
    return [_tag(key, values, len(kept)) for key, values in sorted(counted.items())[:_SHOWN_TAGS]]


def _tag(key: str, values: Counter[str], of: int) -> Tag:
    most = tuple((value, round(100 * count / of)) for value, count in values.most_common(_SHOWN_VALUES))
    return Tag(key, most, len(values) - len(most))


def _tags(event: Event) -> Iterable[tuple[str, str]]:
    known = {"release": event.release, "environment": event.environment, "server_name": event.server_name}
    return ({name: value for name, value in known.items() if value} | dict(event.tags)).items()
