"""Playbooks and knowledge as files, there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paramedic.learning.markdown import read_sheet, write_sheet
from paramedic.learning.starters import starters
from paramedic.model.errors import BadInput

LINES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=60)


@given(title=LINES, trigger=LINES)
def test_what_is_written_is_read_back(title: str, trigger: str) -> None:
    sheet = read_sheet(write_sheet({"title": title, "trigger": trigger, "macro": None}, "# Body\n\ntext"), "x.md")
    assert dict(sheet.head) == {"title": title, "trigger": trigger}
    assert sheet.body == "# Body\n\ntext\n"


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("# Restart it\n\nNow.", "x.md", "Restart it"),
        ("Now.", "ops/restart-it.devin.md", "restart-it"),
        ("---\ntitle: 'It''s down'\n---\n# Other", "x.md", "It's down"),
        ('---\ntitle: "a: b"\n---\n', "x.md", "a: b"),
        ("\ufeff---\r\nname: Named\r\n---\r\ntext", "x.md", "Named"),
    ],
)
def test_a_title_is_found(text: str, name: str, title: str) -> None:
    assert read_sheet(text, name).title(name) == title


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("---\ntitle: x\n", "does not end"),
        ("---\nno colon\n---\n", "line 2"),
        ('---\na: b\ntitle: "broken\n---\n', "line 3"),
        ("a\0b", "Markdown"),
        ("x" * 400_001, "400000"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_sheet(text, "x.md")


def test_the_starters_have_all_sections() -> None:
    found = {starter.macro: starter for starter in starters()}
    assert set(found) == {"!triage", "!postmortem", "!hotfix-memory-leak"}
    for starter in found.values():
        for section in ("Procedure", "Specifications", "Advice and Pointers", "Forbidden Actions", "Required from User"):
            assert f"\n## {section}\n" in starter.body
