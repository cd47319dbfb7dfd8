"""Playbooks and knowledge as people edit them on pages: versions, what two people wrote at once, out and in as files."""

from __future__ import annotations

import pytest

from paramedic.sessions.asking import Ask, ask
from paramedic.sessions.library import note_citations
from paramedic.settings import Settings

from .conftest import Browser

HOSTILE = "</textarea><script>alert(1)</script>"


def new_playbook(browser: Browser, macro: str, body: str = "1. Look.\r\n2. Restart.\r\n") -> str:
    answer = browser.send("/playbooks/new", title=f"Playbook {macro}", macro=macro, body=body)
    return str(answer.headers["location"])


def test_a_playbook_is_written_edited_compared_and_restored(browser: Browser) -> None:
    path = new_playbook(browser, "!restart")
    for body in ("1. Look twice.\n2. Restart.", "1. Look twice.\n2. Wait."):
        form = browser.get(f"{path}/edit")
        base = form.split('name="base" value="')[1].split('"')[0]
        browser.send(f"{path}/edit", title="Restart it", macro="!restart", body=body, base=base)
    page = browser.get(path)
    assert "version 3 by dashboard from 127.0.0.1" in page
    assert '<span class="added">+2. Wait.' in page
    whole = browser.get(f"{path}?older=1&newer=3")
    for line in ("-title: Playbook !restart", "+title: Restart it", "-1. Look.", "+1. Look twice.", "-2. Restart."):
        assert f">{line}" in whole.replace('"', ""), line
    assert "1. Look.\n2. Restart." in browser.get(f"{path}?version=1")
    browser.send(f"{path}/restore", version="1", base="3")
    assert "say the same" in browser.get(f"{path}?older=1&newer=4")
    assert "There is no version 9" in browser.get(f"{path}?version=9", 404)


def test_what_two_people_wrote_at_once_is_shown_to_the_second_and_nothing_is_lost(browser: Browser) -> None:
    path = new_playbook(browser, "!both")
    browser.send(f"{path}/edit", title="Theirs", macro="!both", body="What they wrote.", base="1")
    page = browser.send(f"{path}/edit", 409, title="Mine", macro="!both", body="What I wrote.", base="1").text
    for words in ("version 2 since you opened version 1", "What they wrote.", "What I wrote.", 'name="base" value="2"'):
        assert words in page, words
    assert "What they wrote." in browser.get(path)
    browser.send(f"{path}/restore", 400, version="1", base="1")
    browser.send(f"{path}/remove", 400, base="1")
    browser.send(f"{path}/edit", title="Mine", macro="!both", body="What I wrote.", base="2")
    assert "What they wrote." in browser.get(f"{path}?version=2")


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"title": "", "macro": "!x", "body": "text"}, "The title is empty."),
        ({"title": "x", "macro": "restart it", "body": HOSTILE}, "'restart it' is not a macro."),
        ({"title": "x", "macro": "!x", "body": " "}, "The body is empty."),
        ({"title": "x", "macro": "!triage", "body": "text"}, "The macro !triage is that of playbook"),
        ({"title": "x" * 301, "macro": "", "body": "text"}, "longer than 300"),
        ({"title": "x\0", "macro": "", "body": "text"}, "NUL"),
    ],
)
def test_a_form_that_cannot_be_saved_comes_back_with_what_was_written(
    browser: Browser, fields: dict[str, str], problem: str
) -> None:
    text = browser.send("/playbooks/new", 400, **fields).text
    assert problem in text.replace("&#39;", "'")
    assert "<script>" not in text
    for value in fields.values():
        shown = value.replace("\0", "").replace("<", "&lt;").replace(">", "&gt;")
        assert shown in text


def test_a_note_goes_out_as_a_file_and_comes_in_again(browser: Browser) -> None:
    pasted = '---\nname: Orders\ntrigger: "deadlock: orders"\npinned_to: acme/shop\nenabled: false\n---\nTake rows in order.\n'
    path = browser.send("/knowledge/import", pasted=pasted).headers["location"]
    assert "pinned to acme/shop" in browser.get("/knowledge")
    assert "off: no session is given it" in browser.get(path)
    answer = browser.client.get(f"{path}/export")
    assert answer.headers["content-disposition"] == f'attachment; filename="{path.rsplit("/", 1)[1]}.md"'
    changed = answer.text.replace("enabled: false\n", "").replace("rows", "all rows")
    assert browser.send("/knowledge/import", pasted=changed).headers["location"] == path
    page = browser.get(path)
    assert "version 2" in page
    assert '<span class="removed">-enabled: false' in page
    refused = browser.send("/knowledge/import", 400, pasted="---\nname: x\n---\nNo trigger.").text
    assert "The trigger is empty." in refused
    assert "No trigger." in refused


def test_a_removed_one_is_gone_from_lists_after_a_question(browser: Browser) -> None:
    path = new_playbook(browser, "!gone")
    assert "is free for another playbook" in browser.get(f"{path}/remove")
    assert browser.send(f"{path}/remove", base="1").headers["location"] == "/playbooks"
    assert "!gone" not in browser.get("/playbooks")
    browser.get(path, 404)
    new_playbook(browser, "!gone")


def test_how_often_sessions_had_it_and_cited_it_is_beside_it(browser: Browser) -> None:
    path = new_playbook(browser, "!counted")
    with browser.engine.begin() as connection:
        first = ask(connection, Settings(), Ask("!counted please", "a test")).session_id
        ask(connection, Settings(), Ask("!counted again", "a test"))
        note_citations(connection, first, "As [P1] says.")
    for page in ("/playbooks", path, f"{path}/remove"):
        assert "given to 2 sessions, cited by 1" in browser.get(page), page


def test_a_change_needs_the_seal(browser: Browser) -> None:
    path = new_playbook(browser, "!sealed")
    for action in ("edit", "remove", "restore"):
        assert browser.client.post(f"{path}/{action}", data={"base": "1"}).status_code == 403
    assert browser.client.post("/playbooks/import", data={"pasted": "# x"}).status_code == 403
