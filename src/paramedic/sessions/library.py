"""Playbooks and knowledge at work: kept and indexed together, given to sessions, and looked for in their answers."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from paramedic.learning.recall import cited, macros_in, recall
from paramedic.learning.starters import starters
from paramedic.learning.terms import terms
from paramedic.model.library import Note, Playbook, Recalled, Shelf
from paramedic.store import knowledge, playbooks, recalls, search
from paramedic.store import sessions as store
from paramedic.store.recalls import Given
from paramedic.store.search import Entry

STAGE = "recall"
_CANDIDATES = 100
_LONGEST_LESSON = 8_000


def save_playbook(
    connection: sa.Connection, org_id: str, draft: playbooks.Draft, author: str, playbook_id: str | None = None
) -> Playbook:
    """Create a playbook, or add a version to ``playbook_id``. Raises ``BadInput``."""
    if playbook_id is None:
        saved = playbooks.create(connection, org_id, draft, author)
    else:
        saved = playbooks.edit(connection, org_id, playbook_id, draft, author)
    words = terms(f"{saved.macro or ''} {saved.title} {saved.body}")
    search.put(connection, Entry(Shelf.PLAYBOOK, saved.id, org_id, terms(f"{saved.macro or ''} {saved.title}"), words))
    return saved


def save_note(connection: sa.Connection, org_id: str, draft: knowledge.Draft, author: str, note_id: str | None = None) -> Note:
    """Create a note, or add a version to ``note_id``. Raises ``BadInput``."""
    if note_id is None:
        saved = knowledge.create(connection, org_id, draft, author)
    else:
        saved = knowledge.edit(connection, org_id, note_id, draft, author)
    words = terms(f"{saved.name} {saved.trigger} {saved.body}")
    search.put(connection, Entry(Shelf.KNOWLEDGE, saved.id, org_id, terms(saved.trigger), words))
    return saved


def remove_playbook(connection: sa.Connection, org_id: str, playbook_id: str) -> Playbook:
    gone = playbooks.remove(connection, org_id, playbook_id)
    search.remove(connection, gone.id)
    return gone


def remove_note(connection: sa.Connection, org_id: str, note_id: str) -> Note:
    gone = knowledge.remove(connection, org_id, note_id)
    search.remove(connection, gone.id)
    return gone


def add_starters(connection: sa.Connection, org_id: str) -> None:
    """The playbooks that come with Paramedic, each once: one that was edited or removed stays as people left it."""
    playbooks.hold(connection)
    for starter in starters():
        if not playbooks.had(connection, org_id, starter.macro):
            save_playbook(connection, org_id, playbooks.Draft(starter.title, starter.body, starter.macro), "paramedic")


def find_entries(
    connection: sa.Connection, org_id: str, text: str, *, shelf: Shelf | None = None, limit: int = 20
) -> tuple[Playbook | Note, ...]:
    """What the organisation knows about ``text``, the best first."""
    hits = search.search(connection, org_id, terms(text), kind=shelf, limit=limit)
    return tuple(
        playbooks.read(connection, org_id, hit.source_id)
        if hit.kind == Shelf.PLAYBOOK
        else knowledge.read(connection, org_id, hit.source_id)
        for hit in hits
    )


def attach_playbooks(connection: sa.Connection, session_id: str, org_id: str, playbook_id: str | None, prompt: str) -> None:
    """Give a session the playbook that the caller named, and those that the prompt calls by macro."""
    if playbook_id is not None:
        _give_playbook(connection, session_id, playbooks.read(connection, org_id, playbook_id), "named by the caller")
    for macro in macros_in(prompt):
        playbook = playbooks.find(connection, org_id, macro)
        if playbook is None:
            store.append_log(connection, session_id, STAGE, f"There is no playbook {macro}: taken as plain text.")
        else:
            _give_playbook(connection, session_id, playbook, f"called by {macro}")


def recall_knowledge(
    connection: sa.Connection,
    session_id: str,
    org_id: str,
    text: str,
    *,
    repositories: Sequence[str] = (),
    named: Sequence[str] | None = None,
) -> None:
    """Give a session the notes that the caller named, none if that is an empty list; else those that ``text`` recalls."""
    if named is not None:
        for note in knowledge.read_many(connection, org_id, named):
            _give_note(connection, session_id, note, "named by the caller")
        return
    hits = search.search(connection, org_id, terms(text), kind=Shelf.KNOWLEDGE, by_cue=True, limit=_CANDIDATES)
    found = knowledge.read_many(connection, org_id, [hit.source_id for hit in hits])
    candidates = {note.id: note for note in (*knowledge.pinned(connection, org_id), *found)}
    for reason in recall(candidates.values(), text, repositories):
        _give_note(connection, session_id, reason.note, reason.why)


def lesson(connection: sa.Connection, session_id: str) -> str:
    """What the session was given, as a model reads it; "" when it was given nothing."""
    given = recalls.of(connection, session_id)
    if not given:
        return ""
    texts = [f"[{one.label}] {one.title}\n{one.body[:_LONGEST_LESSON]}" for one in given]
    return (
        "What people of this organisation taught. Follow the playbooks (P), and cite what you use, as in [K1].\n\n"
        + "\n\n".join(texts)
    )


def note_citations(connection: sa.Connection, session_id: str, answer: str) -> tuple[Recalled, ...]:
    """Keep which of what the session was given its answer cites, and say so in its log."""
    given = recalls.of(connection, session_id)
    for one in given:
        # What one turn of a conversation cited stays cited, whatever the next says.
        recalls.mark(connection, session_id, one.label, cited=bool(one.cited) or cited(one.label, answer))
    if given:
        used = [one.label for one in given if cited(one.label, answer)]
        unused = [one.label for one in given if one.label not in used]
        line = f"The answer cites {', '.join(used) or 'none'} of what was recalled" + (
            f", not {', '.join(unused)}." if unused else "."
        )
        store.append_log(connection, session_id, STAGE, line)
    return given


def _give_playbook(connection: sa.Connection, session_id: str, playbook: Playbook, why: str) -> None:
    label = recalls.add(connection, session_id, Given(Shelf.PLAYBOOK, playbook.id, playbook.version, why))
    if label:
        line = f"{label}: playbook {playbook.macro or playbook.id}, version {playbook.version}: {playbook.title} ({why})"
        store.append_log(connection, session_id, STAGE, line)


def _give_note(connection: sa.Connection, session_id: str, note: Note, why: str) -> None:
    label = recalls.add(connection, session_id, Given(Shelf.KNOWLEDGE, note.id, note.version, why))
    if label:
        store.append_log(connection, session_id, STAGE, f"{label}: {note.name}, version {note.version} ({why})")
