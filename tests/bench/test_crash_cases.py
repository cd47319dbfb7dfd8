"""The committed crash cases: enough of them, each complete, and telling a right change from a wrong one."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from bench.crashes.__main__ import HERE
from bench.crashes.case import Case, cases_in

CASES = cases_in(HERE / "cases")
FILES = {"case.json", "event.json", "expected.json", "trigger.py", "variants.py"}
FACTS = {
    "package", "import_name", "buggy_version", "fixed_version", "python", "extra_requirements", "fix_locations", "note",
    "exception", "crash",
}  # fmt: skip


def assigned(path: Path) -> dict[str, ast.stmt]:
    """What a module defines at its top, without running it: the packages are not installed here."""
    names: dict[str, ast.stmt] = {}
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.FunctionDef):
            names[statement.name] = statement
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            names[statement.targets[0].id] = statement
    return names


def frames_of(case: Case) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = case._json("event.json")["exception"]["values"][-1]["stacktrace"]["frames"]
    return frames


def test_the_cases_are_many_and_of_many_packages() -> None:
    assert len(CASES) >= 25
    assert len({case.facts["package"].lower() for case in CASES}) >= 15


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
class TestEachCase:
    def test_is_complete_and_holds_nothing_else(self, case: Case) -> None:
        assert {path.name for path in case.folder.iterdir()} == FILES
        assert set(case.facts) - {"fixed_extra_requirements"} == FACTS
        assert case.facts["note"] and case.facts["buggy_version"] != case.facts["fixed_version"]
        assert all("==" in pin for pin in case.facts["extra_requirements"])

    def test_says_where_the_developers_changed_the_package(self, case: Case) -> None:
        assert case.facts["fix_locations"]
        for place in case.facts["fix_locations"]:
            assert place["file"].endswith(".py") and place["function"]
            assert place["file"].split("/")[0].removesuffix(".py") == case.facts["import_name"]

    def test_has_a_trigger_and_an_outcome_for_each_variant(self, case: Case) -> None:
        assert isinstance(assigned(case.folder / "trigger.py").get("trigger"), ast.FunctionDef)
        variants = assigned(case.folder / "variants.py").get("VARIANTS")
        assert isinstance(variants, ast.Assign) and isinstance(variants.value, ast.List)
        assert 3 <= len(variants.value.elts) == len(case.expected["variants"]) <= 8

    def test_crashes_in_the_buggy_release_only_and_has_variants_of_both_kinds(self, case: Case) -> None:
        trigger, variants = case.expected["trigger"], case.expected["variants"]
        assert trigger["buggy"] == {"raises": case.facts["exception"]["type"]}
        assert trigger["fixed"] != trigger["buggy"]
        assert any(pair["buggy"] == pair["fixed"] and "value" in pair["fixed"] for pair in variants)
        assert any("raises" in pair["buggy"] and pair["buggy"] != pair["fixed"] for pair in variants)

    def test_has_the_event_of_that_crash_in_a_service(self, case: Case) -> None:
        raised, crash, frames = case._json("event.json")["exception"]["values"][-1], case.facts["crash"], frames_of(case)
        assert (raised["type"], raised["value"]) == (case.facts["exception"]["type"], case.facts["exception"]["value"])
        assert [frame["function"] for frame in frames[:2]] == ["handle", "trigger"]
        assert any(
            (frame.get("in_app"), frame["lineno"]) == (True, crash["lineno"]) and frame["abs_path"].endswith("/" + crash["file"])
            for frame in frames
        )
        assert all(frame["abs_path"].startswith(("/srv/app/", "/usr/", "<")) for frame in frames)
