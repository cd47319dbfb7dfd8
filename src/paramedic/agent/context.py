"""A case as a model reads it: the most useful first, within a limit, each part with an id that a claim can cite."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from paramedic.agent.case import Case
from paramedic.agent.fence import fenced, taught
from paramedic.agent.stack import crashed_threads, exceptions, threads, variables
from paramedic.model.diagnosis import Diagnosis, Evidence, Provenance
from paramedic.model.event import Event, ExceptionValue
from paramedic.model.repair import TriageResult
from paramedic.source.edits import unified_diff

CHARACTERS_PER_TOKEN = 3
"""On the safe side for code; prose has more."""
_SMALLEST = 400
_SHORT = 3_000
_TAUGHT = 12_000
_BREADCRUMBS = 20
_RUNTIME = ("runtime", "os", "device", "app", "browser", "culture")


@dataclass(frozen=True, slots=True)
class Section:
    """``limit`` is in characters."""

    source: str
    text: str
    limit: int = _SHORT
    provenance: Provenance = Provenance.UNTRUSTED


@dataclass(frozen=True, slots=True)
class Rendered:
    """``ids`` are what a claim may cite."""

    text: str
    ids: tuple[str, ...]


def render(case: Case) -> Rendered:
    """The whole case within its limit. What does not fit can be asked for by the tools."""
    room = case.event_tokens * CHARACTERS_PER_TOKEN
    facts = [fact.id for fact in _evidence(case.found)]
    parts = [taught(one.label, one.shelf.value, one.title, one.body, _TAUGHT) for one in case.recalled]
    ids: list[str] = []
    for section in _sections(case):
        if not section.text.strip():
            continue
        if room < _SMALLEST:
            parts.append(f"[{section.source} left out: no room]")
            continue
        identity = f"C{len(ids) + 1}"
        limit = min(section.limit, room)
        shown = fenced(identity, section.source, section.text, limit, section.provenance, addresses=case.hide_addresses)
        room -= len(shown)
        parts.append(shown)
        ids.append(identity)
    return Rendered("\n\n".join(parts), (*facts, *(one.label for one in case.recalled), *ids))


def content_hash(case: Case) -> str:
    """The same for a case about which nothing has changed: the event without what differs every time, the source, the task."""
    event = case.event
    stacks = [_shape(one) for one in event.exceptions] if event else []
    text = event.message if event and not stacks else ""
    found = case.found.verdict.value if case.found else ""
    known = [case.commit, case.task, found, stacks, text, event.release if event else ""]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()[:32]


def _shape(one: ExceptionValue) -> list[object]:
    return [one.type, *([frame.module, frame.filename, frame.function, frame.context_line] for frame in one.frames)]


def _sections(case: Case) -> Iterator[Section]:
    event, found = case.event, case.found
    if event is not None:
        yield Section("event: what was raised", _heading(event) + exceptions(event), 14_000)
        yield Section("event: crashed threads", crashed_threads(event), 5_000)
    if found is not None:
        yield Section("engine: what it found", _engine(found), 6_000)
        yield Section("session: the change that is proven", _proven(found), 6_000, Provenance.TRUSTED)
        yield Section("engine: regression test", _reproduction(found), 4_000, Provenance.TRUSTED)
        yield Section("engine: changes that it did not dare to claim", _refused(found), 5_000, Provenance.TRUSTED)
    yield Section("your own changes so far, which are in place", unified_diff(case.changed), 6_000)
    yield Section("attachments, which the tool attachment reads", _attachments(case), _SHORT)
    yield Section("issue", _issue(case), _SHORT)
    if event is not None:
        yield Section("event: tags and runtime", _tags(event), _SHORT)
        yield Section("event: last breadcrumbs", breadcrumbs(event, _BREADCRUMBS), 4_000)
        yield Section("event: request", request(event), _SHORT)
        yield Section("event: other threads", threads(event), _SHORT)
        yield Section("event: extra", _json(dict(event.extra)), 2_000)


def _heading(event: Event) -> str:
    lines = [f"{event.title}", f"platform {event.platform}, level {event.level.value}"]
    for name, value in (("culprit", event.culprit), ("release", event.release), ("environment", event.environment),
                        ("transaction", event.transaction), ("at", event.timestamp), ("message", event.message)):  # fmt: skip
        if value:
            lines.append(f"{name}: {value}")
    return "\n".join(lines) + "\n\n"


def _engine(found: TriageResult) -> str:
    lines = [f"Verdict: {found.verdict.value}. {found.reason}"]
    if found.diagnosis:
        lines += _diagnosis(found.diagnosis)
    return "\n".join(lines)


def _diagnosis(diagnosis: Diagnosis) -> Iterator[str]:
    yield f"Diagnosis (confidence {diagnosis.confidence:.2f}): {diagnosis.summary}"
    if diagnosis.location:
        yield f"At {diagnosis.location.file}:{diagnosis.location.line} in {diagnosis.location.function}"
    if diagnosis.fault:
        yield f"Expression: {diagnosis.fault.expression}"
    for hop in diagnosis.trace[:8]:
        yield f"  {hop.location.file}:{hop.location.line} {hop.expression}: {hop.explanation}"
    for suspect in diagnosis.suspects[:6]:
        yield f"Suspect {suspect.location.file}:{suspect.location.line} {suspect.location.function}: {suspect.reason}"
    for fact in diagnosis.evidence[:25]:
        yield f"{fact.id} ({fact.kind}): {fact.text}"


def _reproduction(found: TriageResult) -> str:
    test = found.reproduction
    return f"{test.node} fails with {test.exception}\n\n{test.source}" if test else ""


def _proven(found: TriageResult) -> str:
    return f"{found.fix.rationale}\n{found.fix.diff}" if found.fix else ""


def _attachments(case: Case) -> str:
    return "\n".join(f"{each.name}: {each.content_type}, {len(each.data)} bytes" for each in case.attachments)


def _refused(found: TriageResult) -> str:
    return "\n\n".join(f"{fix.kind.value}: {fix.rationale}\n{fix.diff}" for fix in found.alternatives)


def _issue(case: Case) -> str:
    facts = case.facts
    lines = [*facts.counts, *([f"Release: {facts.release}"] if facts.release else [])]
    lines += [f"Suspect commit: {line}" for line in facts.suspect_commits]
    lines += [f"Found before: {line}" for line in facts.earlier]
    return "\n".join([*lines, *(f"Same cause elsewhere: {line}" for line in facts.similar)])


def _tags(event: Event) -> str:
    lines = [f"{key}: {value}" for key, value in event.tags]
    lines += [f"{name}: {_json(event.contexts[name])}" for name in _RUNTIME if name in event.contexts]
    return "\n".join(lines)


def breadcrumbs(event: Event, count: int) -> str:
    lines = []
    for crumb in event.breadcrumbs[-count:]:
        data = f" {_json(dict(crumb.data))}" if crumb.data else ""
        lines.append(
            f"{crumb.timestamp or ''} {crumb.level or ''} {crumb.category or crumb.type or ''}: {crumb.message or ''}{data}"
        )
    return "\n".join(lines)


def request(event: Event) -> str:
    """Without headers: what of them matters stands in the tags, and the rest is cookies and tokens."""
    asked = event.request
    if asked is None:
        return ""
    return f"{asked.method or ''} {asked.url or ''}\nquery: {_json(asked.query)}\nbody: {_json(asked.data)}"


def part(event: Event, name: str) -> str:
    """One part of the event in full."""
    whole = {
        "stack": lambda: exceptions(event, every=True),
        "variables": lambda: variables(event),
        "breadcrumbs": lambda: breadcrumbs(event, 200),
        "threads": lambda: "\n".join(text for text in (crashed_threads(event), threads(event)) if text),
        "request": lambda: request(event),
        "contexts": lambda: "\n".join(f"{key}: {_json(value)}" for key, value in event.contexts.items()),
        "modules": lambda: "\n".join(f"{key} {value}" for key, value in event.modules.items()),
    }
    return whole[name]()


def _evidence(found: TriageResult | None) -> tuple[Evidence, ...]:
    return found.diagnosis.evidence[:25] if found and found.diagnosis else ()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
