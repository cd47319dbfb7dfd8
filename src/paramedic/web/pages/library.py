"""Playbooks and knowledge, with all their versions."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from starlette.responses import Response

from paramedic.model.library import Note, Playbook
from paramedic.store import knowledge, playbooks
from paramedic.store.engine import reading
from paramedic.store.service_users import HOME_ORGANISATION
from paramedic.web.pages.serving import Visit


def playbook_listing(visit: Visit) -> Response:
    with reading(visit.engine).connect() as connection:
        return visit.show("playbooks.html", playbooks=playbooks.listed(connection, HOME_ORGANISATION))


def playbook(visit: Visit) -> Response:
    with reading(visit.engine).connect() as connection:
        found = playbooks.read(connection, HOME_ORGANISATION, visit.request.path_params["name"])
        versions = playbooks.versions(connection, found.id)
    return visit.show("playbook.html", playbook=found, versions=_changes(versions))


def note_listing(visit: Visit) -> Response:
    with reading(visit.engine).connect() as connection:
        return visit.show("knowledge.html", notes=knowledge.listed(connection, HOME_ORGANISATION))


def note(visit: Visit) -> Response:
    with reading(visit.engine).connect() as connection:
        found = knowledge.read(connection, HOME_ORGANISATION, visit.request.path_params["name"])
        versions = knowledge.versions(connection, found.id)
    return visit.show("note.html", note=found, versions=_changes(versions))


def _changes(versions: Sequence[Playbook] | Sequence[Note]) -> list[tuple[Playbook | Note, str]]:
    """Each version, the newest first, with what it changed in the text of the one before."""
    before = ""
    changed: list[tuple[Playbook | Note, str]] = []
    for version in versions:
        diff = difflib.unified_diff(before.splitlines(), version.body.splitlines(), "before", "after", lineterm="", n=2)
        changed.append((version, "\n".join(diff) if before else ""))
        before = version.body
    return changed[::-1]
