"""A triage's findings in a form of the caller's, by the names that the engine knows."""

from __future__ import annotations

from typing import Any

import pytest

from paramedic.agent.structured import fault
from paramedic.sessions.filling import by_name

DOCUMENT: dict[str, Any] = {
    "verdict": "proven_fix",
    "reason": "The test failed before and passes after.",
    "diagnosis": {
        "summary": "rate() has no rate for 'ch'.",
        "category": "code",
        "exception": "KeyError",
        "location": {"file": "prices.py", "line": 7, "function": "rate"},
        "confidence": 0.9,
        "evidence": [{"id": "E1", "text": "password=hunter2"}],
    },
    "fix": {"diff": "--- a\n+++ b\n", "files": ["prices.py"]},
    "reproduction": {"source": "def test(): ...", "path": "tests/test_x.py"},
}
NOTHING = {"verdict": "not_found", "reason": "No event.", "diagnosis": None, "fix": None, "reproduction": None}
TEXT = {"type": "string"}


def form(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


FILLED = (
    (form("rootCause", rootCause=TEXT), {"rootCause": "rate() has no rate for 'ch'."}),
    (form("fixed", fixed={"type": "boolean"}), {"fixed": True}),
    (form("file", "line", file=TEXT, line={"type": "integer"}), {"file": "prices.py", "line": 7}),
    (form(**{"pr-url": TEXT}), {"pr-url": "https://forge.example/7"}),
    (form("verdict", verdict={"$ref": "#/$defs/v"}) | {"$defs": {"v": {"enum": ["proven_fix"]}}}, {"verdict": "proven_fix"}),
    (form(line=TEXT, file=TEXT), {"file": "prices.py"}),
    (form("file", "mood", file=TEXT, mood={"type": ["string", "null"]}), {"file": "prices.py", "mood": None}),
    (form(evidence={"type": "array"}), {"evidence": ["password=[hidden]"]}),
)  # fmt: skip


@pytest.mark.parametrize(("schema", "output"), FILLED, ids=range(len(FILLED)))
def test_fields_are_filled_by_their_names(schema: dict[str, Any], output: dict[str, Any]) -> None:
    found = by_name(schema, DOCUMENT, ("https://forge.example/7",))
    assert (found.output, found.reason) == (output, "")
    assert fault(schema, found.output) == ""


EMPTY = (
    (form(mood=TEXT), DOCUMENT, "None of its fields"),
    ({"type": "array"}, DOCUMENT, "None of its fields"),
    (form("file", "mood", file=TEXT, mood=TEXT), DOCUMENT, "None is not of type 'string'"),
    (form("root_cause", "verdict", root_cause=TEXT, verdict=TEXT), NOTHING, "output.root_cause"),
)


@pytest.mark.parametrize(("schema", "document", "says"), EMPTY, ids=range(len(EMPTY)))
def test_what_cannot_be_filled_is_none_with_the_reason(schema: dict[str, Any], document: dict[str, Any], says: str) -> None:
    found = by_name(schema, document)
    assert found.output is None
    assert says in found.reason
