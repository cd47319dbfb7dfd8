"""What one function answers for nothing is not taken over by another where it would decide something, or hide an error that is
waited for."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.repair.test_ideas import NONE_ATTRIBUTE, Crash, proposed

from paramedic.model.repair import Kind

NO_NUMBER = ("ValueError", "invalid literal for int() with base 10: 'x'", {"text": "'x'"})
TYPED_IN = """
def spare(text):
    try:
        return int(text)
    except ValueError:
        return {gives}

def owed(text):
    return int(text)  # here
"""
LOOKED_UP = """
MOST = 18

def find(code):
    return PEOPLE.get(code)

def debt(code):
    found = find(code)
    if found is None:
        return {gives}
    return found.debt

def credit(code):
    found = find(code)
    if found is None:
        return {gives}
    return found.credit

def least(code){annotation}:
    found = find(code)
    return found.age  # here
"""
ASKED = """
RATES = {{"a": 2}}

def hint(code):
    return f"about {{RATES.get(code, {gives})}}"
{more}
def charged(cents, code):
    return cents * RATES[code]  # here
"""
AWAITED = """
def spare(text):
    try:
        return int(text)
    except ValueError:
        return None

def weight(text):
    {doc}
    return int(text)  # here
{more}
"""
ROWS = """
def bad(rows):
    for row in rows:
        try:
            weight(row)
        except (TypeError, ValueError):
            yield row
"""
SOMEBODY = (NONE_ATTRIBUTE.format("age"), {"code": "'X'", "found": "None"})
LISTED = "\ndef listed(code):\n    return RATES.get(code, 1)\n"


def crash(source: str, exception: str, message: str, variables: dict[str, str]) -> Crash:
    return Crash(source, exception, message, variables)


REFUSED = {
    "what is owed is not what is spare": crash(TYPED_IN.format(gives="0"), *NO_NUMBER),
    "a truth value": crash(TYPED_IN.format(gives="True"), *NO_NUMBER),
    "a number below nothing": crash(TYPED_IN.format(gives="-1"), *NO_NUMBER),
    "two neighbours of another meaning": crash(LOOKED_UP.format(gives="0", annotation=""), "AttributeError", *SOMEBODY),
    "a number that has a name": crash(LOOKED_UP.format(gives="MOST", annotation=""), "AttributeError", *SOMEBODY),
    "nothing for a number": crash(LOOKED_UP.format(gives="None", annotation=" -> int"), "AttributeError", *SOMEBODY),
    "a default that one reader wants": crash(
        ASKED.format(gives="1", more=""), "KeyError", "'X'", {"code": "'X'", "cents": "100"}
    ),
    "an error that a caller waits for": crash(AWAITED.format(doc="pass", more=ROWS), *NO_NUMBER),
    "an error that is promised": crash(AWAITED.format(doc='"""Raises ValueError for what is no number."""', more=""), *NO_NUMBER),
}
TAKEN = {
    "nothing for nothing": crash(LOOKED_UP.format(gives="None", annotation=""), "AttributeError", *SOMEBODY),
    "nothing where it may be": crash(LOOKED_UP.format(gives="None", annotation=" -> int | None"), "AttributeError", *SOMEBODY),
    "a default that all readers want": crash(
        ASKED.format(gives="1", more=LISTED), "KeyError", "'X'", {"code": "'X'", "cents": "100"}
    ),
    "an error that nobody waits for": crash(AWAITED.format(doc="pass", more=""), *NO_NUMBER),
}


@pytest.mark.parametrize("name", REFUSED)
def test_no_change_that_decides_is_a_fix(tmp_path: Path, name: str) -> None:
    fixes = [candidate for candidate in proposed(tmp_path, REFUSED[name]) if candidate.kind is Kind.FIX and not candidate.answer]
    assert not fixes, [fix.rationale for fix in fixes]


@pytest.mark.parametrize("name", TAKEN)
def test_what_decides_nothing_is_still_taken_over(tmp_path: Path, name: str) -> None:
    assert any(candidate.kind is Kind.FIX for candidate in proposed(tmp_path, TAKEN[name]))
