"""Rules as text: every fault has its line, and what is written is read back."""

from __future__ import annotations

import pytest

from paramedic.model.errors import BadInput
from paramedic.model.event import Level
from paramedic.settings.file import Action, Policy, Rule
from paramedic.settings.rules_text import LONGEST_TEXT, read_rules, write_rules

GOOD = '[[rules]]\nname = "a"\n\n'


def test_what_is_written_is_read_back() -> None:
    rules = (
        Rule(name="default"),
        Rule(
            name='odd "name" \\ \x7f é',
            projects=("pay-*", "shop"),
            levels=(Level.FATAL,),
            ignore=(r"^\d+ 'x'",),
            users=3,
            action=Action.OBSERVE,
            effects={"push": Policy.AUTO},
        ),
    )
    assert read_rules(write_rules(rules)) == rules


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There are no rules"),
        ("[rules]\nname = 'a'", "There are no rules"),
        ("[[rules]]\nname = a", "line 2"),
        (GOOD + "[[rules]]\nmore_than = 3", "Line 4, rule 2, name: Field required"),
        (GOOD + "[[rules]]\nname = 'b'\nmore_than = 'x'", "Line 6, rule 'b', more_than"),
        (GOOD + "[[rules]]\nname = 'b'\nlevels = [\n  'error',\n  'eror',\n]", "Line 6, rule 'b', levels.1"),
        (GOOD + "[[rules]]\nname = 'b'\ncolour = 'red'", "Line 6, rule 'b', colour: Extra inputs"),
        (GOOD + "[[rules]]\nname = 'b'\n[rules.effects]\npush = 'perhaps'", "Line 7, rule 'b', effects.push"),
        (GOOD + "[[rules]]\nname = 'b'\nignore = ['(']", r"Line 6, rule 'b', ignore: .*is not a regular expression"),
        (GOOD + "[[rules]]\nname = 'a'", "Line 5: two rules are called 'a'"),
        (GOOD + "[effects]\npush = 'auto'", "Line 4: effects is no rule"),
        ("rules = [{name = 'a', users = -1}]", "rule 'a', users"),
        ("#" * (LONGEST_TEXT + 1), "longer than"),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_rules(text)
