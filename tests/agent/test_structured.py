"""Answers in a form of the caller's."""

from __future__ import annotations

import time

import pytest

from paramedic.agent.structured import LARGEST, fault, scrubbed, wrong_schema

WORD = {"type": "object", "required": ["word"], "properties": {"word": {"type": "string"}}}
CASES = (
    (WORD, {"word": "a"}, ""),
    (WORD, {"word": 3}, "output.word: 3 is not of type 'string'"),
    (WORD, {}, "output: 'word' is a required property"),
    (WORD, {"word": "x" * LARGEST}, "longer than"),
    ({"$defs": {"n": {"type": "integer"}}, "properties": {"a": {"$ref": "#/$defs/n"}}}, {"a": "x"}, "not of type 'integer'"),
    ({"properties": {"a": {"$ref": "http://127.0.0.1:9/never"}}}, {"a": 1}, "refers to what is not there"),
    ({"properties": {"a": {"$ref": "file:///etc/passwd"}}}, {"a": 1}, "refers to what is not there"),
    ({"$ref": "#"}, {}, "never ends"),
    ({"properties": {"a": {"pattern": "^b$"}}}, {"a": "c"}, ""),
)


@pytest.mark.parametrize(("schema", "output", "says"), CASES, ids=range(len(CASES)))
def test_an_output_is_held_to_its_schema(schema: dict[str, object], output: object, says: str) -> None:
    found = fault(schema, output)
    assert says in found
    assert bool(found) is bool(says)


def test_a_pattern_that_explodes_is_not_run() -> None:
    began = time.monotonic()
    schema = {"patternProperties": {"(a+)+$": {}}, "properties": {"a": {"pattern": "(a+)+$"}}}
    assert fault(schema, {"a": "a" * 60 + "!", "a" * 60 + "!": 1}) == ""
    assert time.monotonic() - began < 1


def test_a_schema_that_is_none_is_told() -> None:
    assert wrong_schema(WORD) == ""
    assert "nothing" in wrong_schema({"type": "nothing"})


def test_secrets_leave_an_output() -> None:
    assert scrubbed({"a": ["password=hunter2"], "n": 1}) == {"a": ["password=[hidden]"], "n": 1}
