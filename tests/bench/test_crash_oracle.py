"""The oracle of the crash bench: what it calls located, correct and harmless, and that it runs the patched tree itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.crashes.case import Case
from bench.crashes.judge import compare, located

ROOT = Path(__file__).parents[2]
BUGGY = "def ratio(part, whole):\n    return part / whole\n"
ABSENT = {"raises": "ZeroDivisionError"}
EXPECTED = {
    "trigger": {"buggy": ABSENT, "fixed": {"value": 0}},
    "variants": [
        {"buggy": {"value": 2.0}, "fixed": {"value": 2.0}},
        {"buggy": ABSENT, "fixed": {"value": 0}},
    ],
}


def guarded(answer: str) -> str:
    return (
        "--- a/portions.py\n+++ b/portions.py\n@@ -1,2 +1,4 @@\n def ratio(part, whole):\n"
        f"+    if not whole:\n+        return {answer}\n     return part / whole\n"
    )


def case_at(folder: Path) -> Case:
    place = {"file": "portions.py", "function": "ratio"}
    facts = {
        "package": "portions", "import_name": "portions", "buggy_version": "1.0", "extra_requirements": [],
        "exception": {"type": "ZeroDivisionError"}, "crash": place, "fix_locations": [place],
    }  # fmt: skip
    folder.mkdir()
    (folder / "case.json").write_text(json.dumps(facts))
    (folder / "expected.json").write_text(json.dumps(EXPECTED))
    (folder / "trigger.py").write_text("from portions import ratio\n\ndef trigger():\n    return ratio(1, 0)\n")
    (folder / "variants.py").write_text("from portions import ratio\n\nVARIANTS = [lambda: ratio(4, 2), lambda: ratio(0, 0)]\n")
    return Case(folder)


def judged(folder: Path, diff: str) -> dict[str, object]:
    """What the judge says, in a process whose caches hold the release and an interpreter already."""
    case = case_at(folder / "case")
    release = folder / "cache" / "sources" / "portions-1.0"
    (release / ".git").mkdir(parents=True)
    (release / "portions.py").write_text(BUGGY)
    script = (
        "import json, pathlib, sys\n"
        "from bench.crashes.case import Case\n"
        "from dataclasses import asdict\n"
        "from bench.crashes.judge import judge, hash_of\n"
        "from bench.crashes.case import CACHE\n"
        "place = CACHE / 'environments' / f'portions-1.0-{abs(hash_of([\"portions==1.0\"])):x}'\n"
        "(place / 'bin').mkdir(parents=True)\n"
        "(place / '.ready').touch()\n"
        "python = place / 'bin' / 'python'\n"
        "python.write_text(f'#!/bin/sh\\nexec {sys.executable} \"$@\"\\n')\n"
        "python.chmod(0o755)\n"
        "print(json.dumps(asdict(judge(Case(pathlib.Path(sys.argv[1])), sys.argv[2]))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(case.folder), diff],
        cwd=ROOT, env=os.environ | {"PARAMEDIC_BENCH_CACHE": str(folder / "cache")}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_a_change_that_answers_as_the_fixed_release_is_correct(tmp_path: Path) -> None:
    assert judged(tmp_path, guarded("0")) == {"correct": True, "harmless": True, "detail": ""}


def test_a_change_that_only_ends_the_crash_is_harmless_and_not_correct(tmp_path: Path) -> None:
    answer = judged(tmp_path, guarded("None"))
    assert (answer["correct"], answer["harmless"]) == (False, True)
    assert 'wanted {"value": 0}' in str(answer["detail"])


def test_a_diff_that_does_not_apply_is_neither(tmp_path: Path) -> None:
    answer = judged(tmp_path, guarded("0").replace("part / whole", "whole / part"))
    assert (answer["correct"], answer["harmless"]) == (False, False)


def test_a_change_that_breaks_what_worked_is_not_harmless() -> None:
    got = {"trigger": {"value": 0}, "variants": [{"value": 0}, {"value": 0}]}
    assert not compare(EXPECTED, got).harmless


def test_another_exception_than_the_original_counts_as_gone_and_the_original_does_not() -> None:
    rest = [{"value": 2.0}, {"value": 0}]
    assert compare(EXPECTED, {"trigger": {"raises": "ValueError"}, "variants": rest}).harmless
    assert not compare(EXPECTED, {"trigger": ABSENT, "variants": rest}).harmless


def test_a_suspect_counts_by_file_and_innermost_function_among_the_first_three(tmp_path: Path) -> None:
    case = case_at(tmp_path / "case")
    other, right = {"file": "src/shares.py", "function": "ratio"}, {"file": "src/portions.py", "function": "ratio"}
    assert located(case, [right, other]) == (True, True)
    assert located(case, [other, other, right]) == (False, True)
    assert located(case, [other, other, other, right]) == (False, False)
