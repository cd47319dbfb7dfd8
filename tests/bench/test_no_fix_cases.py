"""The committed crashes where no change of the code is right: complete, of what is in the tree, and judged without an oracle."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.crashes.__main__ import HERE
from bench.crashes.case import Case, cases_in
from bench.crashes.figures import Bin, calibration, claims_of_fixes
from bench.crashes.run import judged

CASES = cases_in(HERE / "nofix")
SERVICES = sorted(path for path in (HERE / "nofix" / "services").iterdir() if path.is_dir())
FILES = {"case.json", "crash.py", "event.json"}


def frames_of(case: Case) -> list[dict[str, Any]]:
    values = json.loads(case.event.read_text())["exception"]["values"]
    return [frame for value in values for frame in (value.get("stacktrace") or {}).get("frames", [])]


def test_the_cases_are_many_and_of_services_and_releases() -> None:
    sources = Counter(case.service.name if case.service else "a release" for case in CASES)
    assert len(CASES) >= 20
    assert set(sources) == {*(service.name for service in SERVICES), "a release"}
    assert min(sources.values()) >= 3


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
class TestEachCase:
    def test_is_complete_and_says_what_really_went_wrong(self, case: Case) -> None:
        assert {path.name for path in case.folder.iterdir() if path.is_file()} == FILES
        assert case.no_fix and case.facts["cause"] and case.facts["exception"]["type"]

    def test_has_the_event_of_the_source_beside_it(self, case: Case) -> None:
        own = [frame for frame in frames_of(case) if self.file_in_service(case, frame)]
        assert own or case.service is None
        for frame in own:
            line = self.file_in_service(case, frame).read_text().splitlines()[frame["lineno"] - 1]
            assert line == frame["context_line"]

    def test_tells_nothing_of_the_machine_that_recorded_it(self, case: Case) -> None:
        assert all(frame["abs_path"].startswith(("/srv/app/", "/usr/", "<frozen ")) for frame in frames_of(case))
        assert "PRIVATE KEY" not in case.event.read_text()

    @staticmethod
    def file_in_service(case: Case, frame: dict[str, Any]) -> Path | None:
        path = (case.service or case.folder / "none") / frame["abs_path"].removeprefix("/srv/app/")
        return path if path.is_file() and frame["abs_path"].startswith("/srv/app/") else None


def test_whatever_is_claimed_of_such_a_crash_is_wrong_and_nothing_else_is() -> None:
    answer = {"verdict": "proven_fix", "reason": "", "fix": {"diff": "+x", "shape": "get", "plausibility": 0.8}}
    claimed, told = judged(CASES[0], answer), judged(CASES[0], {"verdict": "no_code_fix", "reason": "The disk is full."})
    assert (claimed.wrong, claimed.correct, claimed.plausibility) == (True, False, 0.8)
    assert calibration(claims_of_fixes([claimed, told], claimed=True)) == [Bin(0.8, 1, 0)]
    assert (told.wrong, told.loss) == (False, "")
    assert judged(CASES[0], {"verdict": "diagnosed", "reason": ""}).loss == "not told: diagnosed"
