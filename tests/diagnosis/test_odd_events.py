"""Events that carry no crash of this repository, or that lie about it: an honest answer, never an exception."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from paramedic.diagnosis import diagnose
from paramedic.model.diagnosis import Category
from paramedic.model.event import Event, ExceptionValue, Frame, Thread
from paramedic.source.tree import SourceTree

OURS = Frame(
    function="save",
    module="app.views",
    filename="app/views.py",
    abs_path="/srv/app/views.py",
    lineno=4,
    context_line="    client.put(key, 3)",
)
LIBRARY = tuple(
    Frame(
        function=name,
        module=f"vendor.{name}",
        filename=f"vendor/{name}.py",
        abs_path=f"/srv/.venv/lib/python3.11/site-packages/vendor/{name}.py",
        lineno=9,
    )
    for name in ("put", "encode")
)


@pytest.fixture
def tree(tmp_path: Path) -> SourceTree:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("")
    (tmp_path / "app" / "views.py").write_text("from vendor import client\n\ndef save(key):\n    client.put(key, 3)\n")
    (tmp_path / "app" / "broken.py").write_text("def half(:\n")
    return SourceTree.open(tmp_path)


def event(kind: str, value: str, *frames: Frame) -> Event:
    return Event(event_id="e1", platform="python", exceptions=(ExceptionValue(kind, value, frames=frames),))


def test_a_message_without_a_stack(tree: SourceTree) -> None:
    found = diagnose(Event(event_id="e1", message="disk\x1b[31m almost full"), tree)
    assert found.location is None
    assert found.confidence < 0.1
    assert "\x1b" not in found.summary


def test_a_crash_wholly_inside_other_packages(tree: SourceTree) -> None:
    found = diagnose(event("TypeError", "boom", *LIBRARY), tree)
    assert (found.category, found.fixable) == (Category.THIRD_PARTY, False)


def test_a_defect_deep_in_a_dependency_that_was_given_sound_arguments(tree: SourceTree) -> None:
    ours = replace(OURS, variables={"key": "'orders/7'"})
    found = diagnose(event("UnboundLocalError", "cannot access local variable 'chunk'", ours, *LIBRARY), tree)
    assert (found.category, found.fixable) == (Category.THIRD_PARTY, False)
    assert found.suspects[0].location.function == "save"


def test_a_dependency_that_was_given_none_is_not_blamed(tree: SourceTree) -> None:
    ours = replace(OURS, variables={"key": "None"})
    found = diagnose(event("AttributeError", "'NoneType' object has no attribute 'split'", ours, *LIBRARY), tree)
    assert found.fixable
    assert found.fault is not None
    assert (found.fault.expression, found.fault.subject) == ("client.put(key, 3)", "key")


def test_a_stack_of_a_thread_without_an_exception(tree: SourceTree) -> None:
    found = diagnose(Event(event_id="e1", message="stuck", threads=(Thread(id="1", crashed=True, frames=(OURS,)),)), tree)
    assert found.location is not None
    assert found.location.function == "save"


def test_a_file_that_does_not_parse_still_gives_a_suspect(tree: SourceTree) -> None:
    frame = Frame(function="half", module="app.broken", filename="app/broken.py", lineno=1, context_line="def half(:")
    found = diagnose(event("TypeError", "x", frame), tree)
    assert found.fault is None
    assert found.confidence <= 0.5


@pytest.mark.parametrize("line", [0, -5, None, 10_000_000])
def test_a_line_that_cannot_be(tree: SourceTree, line: int | None) -> None:
    assert diagnose(event("KeyError", "'x'", replace(OURS, lineno=line, context_line=None)), tree).exception_type == "KeyError"


def test_minified_code_of_a_browser(tree: SourceTree) -> None:
    frame = Frame(
        function="t", filename="https://cdn.test/app.min.js", abs_path="https://cdn.test/app.min.js", lineno=1, colno=9000
    )
    found = diagnose(replace(event("TypeError", "x is undefined", frame), platform="javascript"), tree)
    assert found.category is Category.OBFUSCATED
    assert not found.fixable
