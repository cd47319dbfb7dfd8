"""From a prompt to a session. One with the address of an issue of the configured Sentry is a ``triage`` of that issue, which
needs no model; any other is a ``prompt`` session, which says at once when no model is configured."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
import structlog

from paramedic.integrations.sentry.reference import Reference, parse_reference
from paramedic.integrations.sentry.upstream import same_server
from paramedic.model.errors import BadInput
from paramedic.sessions import library
from paramedic.sessions.digest import UNKNOWN_PROJECT
from paramedic.sessions.starting import start_by_hand
from paramedic.settings import Settings
from paramedic.store import issues, messages, playbooks, requests
from paramedic.store import sessions as store
from paramedic.store.issues import Sighting
from paramedic.store.messages import Source
from paramedic.store.requests import Request
from paramedic.store.service_users import HOME_ORGANISATION
from paramedic.store.sessions import NewSession, SessionState

log = structlog.get_logger()

NEEDS_MODEL = (
    "This prompt needs a language model, and none is configured: set PARAMEDIC_MODEL. "
    "A prompt with the address of a Sentry issue needs none."
)
ANSWER = "answer"
"""The action of a prompt session: it says something, and proposes nothing."""

_ADDRESS = re.compile(r"https?://[^\s<>\"'`|)\]}]+")
_MOST_ADDRESSES = 50


class NotYours(BadInput):
    """What is asked for belongs to another organisation, which must not learn or be learnt of."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is wanted, and by whom. ``name`` is the caller's own for the session; asking twice for a name, or with
    ``once`` for the same prompt, is asking once. ``ignored`` are fields of the call that have no effect."""

    prompt: str
    asked_by: str
    org_id: str = HOME_ORGANISATION
    origin: str = "api"
    name: str | None = None
    once: bool = False
    title: str | None = None
    tags: tuple[str, ...] = ()
    playbook_id: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """``name`` is what the caller may call the session by."""

    session_id: str
    name: str
    is_new: bool


def ask(connection: sa.Connection, settings: Settings, wanted: Ask) -> Asked:
    """Start what is wanted, or find what was started for it before. Raises ``BadInput``."""
    wanted = replace(wanted, asked_by=wanted.asked_by[:200], playbook_id=_playbook(connection, wanted))
    planned = uuid4().hex
    for name in _names(wanted):
        known = requests.find(connection, wanted.org_id, name) or requests.claim(connection, wanted.org_id, name, planned)
        if known != planned:
            return Asked(known, _name_of(connection, wanted, known), is_new=False)
    session_id, fresh = _start(connection, settings, wanted, planned)
    if session_id != planned:
        _refuse_strangers(connection, session_id, wanted.org_id)
        requests.repoint(connection, wanted.org_id, planned, session_id)
    _keep(connection, session_id, wanted, joined=not fresh)
    if fresh and settings.paramedic_model is None and store.read(connection, session_id).kind == "prompt":
        refuse(connection, session_id, NEEDS_MODEL)
    return Asked(session_id, _name_of(connection, wanted, session_id), is_new=fresh)


def _playbook(connection: sa.Connection, wanted: Ask) -> str | None:
    """Its id, by whatever name the caller gave. Raises ``BadInput`` for one that is not there."""
    return playbooks.read(connection, wanted.org_id, wanted.playbook_id).id if wanted.playbook_id else None


def refuse(connection: sa.Connection, session_id: str, reason: str) -> None:
    """End a session that cannot be worked on, and say why in its log and to whoever asked."""
    if store.finish(connection, session_id, SessionState.FAILED, verdict=None, summary=reason):
        store.append_log(connection, session_id, "end", reason)
        messages.add(connection, session_id, Source.SESSION, "paramedic", reason)


def _names(wanted: Ask) -> Iterator[str]:
    """The caller's name first; a prompt's own name has a character that a caller's cannot have."""
    if wanted.name is not None:
        yield wanted.name
    if wanted.once:
        same = json.dumps([wanted.prompt, wanted.title, sorted(wanted.tags), wanted.playbook_id])
        yield "prompt#" + hashlib.sha256(same.encode()).hexdigest()


def _name_of(connection: sa.Connection, wanted: Ask, session_id: str) -> str:
    if wanted.name is not None:
        return wanted.name
    kept = requests.read(connection, [session_id]).get(session_id)
    return kept.name if kept else requests.standard_name(session_id)


def _start(connection: sa.Connection, settings: Settings, wanted: Ask, planned: str) -> tuple[str, bool]:
    issue_id = issue_in(connection, settings, wanted.prompt)
    if issue_id is not None:
        return start_by_hand(connection, issues.read(connection, issue_id), wanted.asked_by, session_id=planned)
    new = NewSession(None, None, ANSWER, None, f"asked for by {wanted.asked_by}"[:500], kind="prompt")
    session_id, fresh = store.start(connection, new, planned)
    log.info("session_started", session_id=session_id, kind="prompt")
    return session_id, fresh


def _refuse_strangers(connection: sa.Connection, session_id: str, org_id: str) -> None:
    """An issue has one live session. Whoever may not see it cannot join it."""
    kept = requests.read(connection, [session_id]).get(session_id)
    if (kept.org_id if kept else HOME_ORGANISATION) != org_id:
        raise NotYours("Another organisation is having this issue looked into.", remedy="Ask again when that has ended.")


def _keep(connection: sa.Connection, session_id: str, wanted: Ask, *, joined: bool) -> None:
    name = wanted.name or requests.standard_name(session_id)
    request = Request(
        session_id, wanted.org_id, name, wanted.origin, wanted.asked_by, wanted.title, wanted.prompt, wanted.playbook_id,
        dict(wanted.options),
    )  # fmt: skip
    requests.add(connection, request)
    requests.add_tags(connection, session_id, wanted.tags)
    messages.add(connection, session_id, Source.USER, wanted.asked_by, wanted.prompt)
    library.attach_playbooks(connection, session_id, wanted.org_id, wanted.playbook_id, wanted.prompt)
    library.recall_knowledge(
        connection,
        session_id,
        wanted.org_id,
        wanted.prompt,
        repositories=wanted.options.get("repos") or (),
        named=wanted.options.get("knowledge_ids"),
    )
    if joined:
        store.append_log(connection, session_id, "ask", f"{wanted.asked_by} joined with a prompt of their own.")
    if wanted.ignored:
        fields = ", ".join(name[:80] for name in wanted.ignored[:50])
        store.append_log(connection, session_id, "ask", f"Fields of the call that have no effect here: {fields}.")


def issue_in(connection: sa.Connection, settings: Settings, prompt: str) -> int | None:
    """The first issue of the configured Sentry that the prompt gives the address of. One that was never received is
    adopted: its session asks Sentry about it."""
    for reference in _references(prompt, settings.sentry_self_hosted_url):
        known = issues.by_upstream(connection, reference.issue or "")
        return known.id if known else _adopt(connection, reference)
    return None


def _references(prompt: str, server: str) -> Iterator[Reference]:
    for found in list(_ADDRESS.finditer(prompt))[:_MOST_ADDRESSES]:
        try:
            reference = parse_reference(found[0].rstrip(".,;:!?"))
        except (BadInput, ValueError):
            # An address of something else, or of nothing at all: prompts are full of them.
            continue
        if reference.issue and reference.base_url and same_server(reference.base_url, server):
            yield reference


def adopt_issue(connection: sa.Connection, name: str) -> int:
    """The id of the issue that Sentry calls ``name``, of which nothing more is known yet."""
    return _adopt(connection, Reference(issue=name))


def _adopt(connection: sa.Connection, reference: Reference) -> int:
    name = reference.issue or ""
    return issues.adopt(
        connection,
        Sighting(
            project=reference.project or UNKNOWN_PROJECT,
            group_key=f"sentry:{name}"[:80],
            title=issues.provisional_title(name),
            culprit="",
            level="error",
            platform="other",
            grouping={"method": "Sentry's issue", "components": [name]},
            upstream_id=name,
            url=f"{reference.base_url}/organizations/{reference.organization}/issues/{name}/" if reference.organization else None,
        ),
    )
