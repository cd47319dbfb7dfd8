"""Playbooks and knowledge on both databases: versions, recall, search, and what an answer cited."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from paramedic.learning.recall import cited
from paramedic.model.errors import BadInput
from paramedic.model.library import Shelf
from paramedic.sessions import library
from paramedic.sessions.asking import Ask, ask
from paramedic.sessions.shelves import NOTES, PLAYBOOKS, Overtaken
from paramedic.settings import Settings
from paramedic.store import knowledge, playbooks, recalls, sessions
from paramedic.store.service_users import HOME_ORGANISATION as ORG

ELSEWHERE = "org-elsewhere"
DEADLOCKS = knowledge.Draft("Orders deadlock", "deadlock in the orders database", "Two writers take rows in another order.")


def start(connection: sa.Connection, prompt: str, **more: object) -> str:
    return ask(connection, Settings(), Ask(prompt, "a test", **more)).session_id  # type: ignore[arg-type]


def lines(connection: sa.Connection, session_id: str) -> list[str]:
    return [line.text for line in sessions.log_after(connection, session_id) if line.stage == library.STAGE]


def labels(connection: sa.Connection, session_id: str) -> list[tuple[str, str]]:
    return [(one.label, one.title) for one in recalls.of(connection, session_id)]


def test_an_edit_adds_a_version_and_the_same_text_adds_none(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        first = library.save_playbook(connection, ORG, playbooks.Draft("A", "one", "!a"), "ann")
        second = library.save_playbook(connection, ORG, playbooks.Draft("A", "two", "!a"), "bob", first.id)
        third = library.save_playbook(connection, ORG, playbooks.Draft("A", "two", "!a"), "cleo", first.id)
        assert (second.version, third.version, third.updated_by, third.created_by) == (2, 2, "bob", "ann")
        assert [(one.version, one.body) for one in playbooks.versions(connection, first.id)] == [(1, "one"), (2, "two")]


def test_a_macro_belongs_to_one_playbook_until_that_is_removed(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        first = library.save_playbook(connection, ORG, playbooks.Draft("A", "one", "!a"), "ann")
        library.save_playbook(connection, ELSEWHERE, playbooks.Draft("A", "one", "!a"), "ann")
        with pytest.raises(BadInput, match="!a"):
            library.save_playbook(connection, ORG, playbooks.Draft("B", "two", "!a"), "ann")
        library.remove_playbook(connection, ORG, first.id)
        library.save_playbook(connection, ORG, playbooks.Draft("B", "two", "!a"), "ann")
        with pytest.raises(BadInput, match="no playbook"):
            playbooks.read(connection, ORG, first.id)


def test_starters_come_once_and_stay_as_people_left_them(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        library.add_starters(connection, ORG)
        triage = playbooks.read(connection, ORG, "!triage")
        library.save_playbook(connection, ORG, playbooks.Draft("Ours", "text", "!triage"), "ann", triage.id)
        library.remove_playbook(connection, ORG, playbooks.read(connection, ORG, "!postmortem").id)
        library.add_starters(connection, ORG)
        found = {one.macro: one.title for one in playbooks.listed(connection, ORG)}
    assert found == {"!triage": "Ours", "!hotfix-memory-leak": "Hotfix a memory leak in a service"}


def test_a_prompt_gets_the_playbooks_it_calls_and_the_knowledge_it_triggers(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        library.add_starters(connection, ORG)
        note = library.save_note(connection, ORG, DEADLOCKS, "ann")
        library.save_note(connection, ORG, knowledge.Draft("Off", "deadlock orders", "x", enabled=False), "ann")
        library.save_note(connection, ELSEWHERE, knowledge.Draft("Theirs", "deadlock orders", "x"), "ann")
        library.save_note(connection, ORG, knowledge.Draft("Other", "how to write code for the front page", "x"), "ann")
        session_id = start(connection, "!triage the Deadlocks of the orders service, with !nothing and wow!triage")
        assert labels(connection, session_id) == [("P1", "Triage a production error"), ("K1", "Orders deadlock")]
        said = lines(connection, session_id)
        assert any("!nothing" in line for line in said)
        assert any("K1: Orders deadlock, version 1" in line and "deadlock, order" in line for line in said)
        library.save_note(connection, ORG, knowledge.Draft("Orders deadlock", "cats", "Rewritten."), "ann", note.id)
        (_, given) = recalls.of(connection, session_id)
        assert given.body == DEADLOCKS.body
        assert labels(connection, start(connection, "a deadlock of orders")) == []


def test_pins_and_names_decide_before_triggers(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        library.save_note(connection, ORG, knowledge.Draft("Everywhere", "zebra", "x", "all"), "ann")
        library.save_note(connection, ORG, knowledge.Draft("Shop only", "deadlock", "x", "acme/shop"), "ann")
        named = library.save_note(connection, ORG, knowledge.Draft("Named", "zebra", "x"), "ann")
        elsewhere = start(connection, "a deadlock")
        here = start(connection, "a question", options={"repos": ["acme/shop"]})
        chosen = start(connection, "a deadlock", options={"knowledge_ids": [named.id, "note-of-nobody"]})
        none = start(connection, "a deadlock", options={"knowledge_ids": []})
        assert labels(connection, elsewhere) == [("K1", "Everywhere")]
        assert labels(connection, here) == [("K1", "Everywhere"), ("K2", "Shop only")]
        assert labels(connection, chosen) == [("K1", "Named")]
        assert labels(connection, none) == []


def test_the_log_tells_what_the_answer_cited(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        library.save_note(connection, ORG, DEADLOCKS, "ann")
        library.save_note(connection, ORG, knowledge.Draft("Pinned", "zebra", "x", "all"), "ann")
        session_id = start(connection, "deadlock in orders")
        library.note_citations(connection, session_id, "Rows are taken in another order [K2]; see OK1 too.")
        assert [(one.label, one.cited) for one in recalls.of(connection, session_id)] == [("K1", False), ("K2", True)]
        assert "The answer cites K2 of what was recalled, not K1." in lines(connection, session_id)


@pytest.mark.parametrize(
    ("answer", "expected"), [("[K1]", True), ("[E2, K1]", True), ("as K1 says", False), ("K12", False), ("OK1", False)]
)
def test_a_label_is_cited_as_a_word(answer: str, expected: bool) -> None:
    assert cited("K1", answer) is expected


def test_search_finds_the_best_of_both_shelves(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        library.add_starters(connection, ORG)
        note = library.save_note(connection, ORG, DEADLOCKS, "ann")
        korean = library.save_note(connection, ORG, knowledge.Draft("결제 오류", "결제 서비스 오류", "재시작한다."), "ann")
        found = library.find_entries(connection, ORG, "memory leak")
        assert getattr(found[0], "macro", None) == "!hotfix-memory-leak"
        assert [one.id for one in library.find_entries(connection, ORG, "writers", shelf=Shelf.KNOWLEDGE)] == [note.id]
        assert [one.id for one in library.find_entries(connection, ORG, "결제", shelf=Shelf.KNOWLEDGE)] == [korean.id]
        assert library.find_entries(connection, ELSEWHERE, "memory leak") == ()
        library.remove_note(connection, ORG, note.id)
        assert library.find_entries(connection, ORG, "writers", shelf=Shelf.KNOWLEDGE) == ()


@pytest.mark.parametrize("text", ['" OR cue : x', "' | '!'", "a & !b:* <-> (", "\\'", "\0", "NEAR(a b)", "-x *", "%s :x"])
def test_a_hostile_query_finds_nothing_and_breaks_nothing(engine: sa.Engine, text: str) -> None:
    with engine.begin() as connection:
        library.save_note(connection, ORG, DEADLOCKS, "ann")
        assert library.find_entries(connection, ORG, text) == ()


def test_an_edit_is_refused_when_another_came_in_between(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        note = NOTES.save(connection, ORG, {"name": "a", "trigger": "b", "body": "c"}, "ann")
        NOTES.edit(connection, ORG, note.id, {"name": "a", "trigger": "b", "body": "d"}, "bob", 1)
        with pytest.raises(Overtaken, match="bob has saved version 2"):
            NOTES.edit(connection, ORG, note.id, {"name": "a", "trigger": "b", "body": "e"}, "ann", 1)
        assert NOTES.read(connection, ORG, note.id).body == "d\n"
        book = PLAYBOOKS.save(connection, ORG, {"title": "a", "body": "b"}, "ann")
        assert PLAYBOOKS.save(connection, ORG, {"title": "a", "body": "b\r\n"}, "ann", book).version == 1
        assert recalls.uses(connection, Shelf.PLAYBOOK) == {}
