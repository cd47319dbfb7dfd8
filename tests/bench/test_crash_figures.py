"""The figures of the crash bench: what counts as what, why a case is lost, and what it takes for a run to be bad."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import paramedic
from bench.crashes.causes import LACKS, STARTS, UNREPRODUCED
from bench.crashes.figures import Bin, calibration, claims_of_fixes, totals, worse
from bench.crashes.judge import Judgement
from bench.crashes.page import render
from bench.crashes.row import Row, row_from

PACKAGE = Path(paramedic.__file__).parent
LOST = "not reproduced: "
RIGHT, WRONG = Judgement(True, True), Judgement(False, True, "1: wanted 0, got None")
OPEN = Row(
    "shares", "d1", no_fix=False, verdict="reproduced", reason="No change stands on enough precedent in this code base.",
    located_first=True, located_three=True, reproduced=True, seconds={"environment": 9.0, "prove": 2.0},
)  # fmt: skip
FIXED = replace(OPEN, verdict="proven_fix", proof=RIGHT, plausibility=0.8, diff="--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n")
MISTAKEN = replace(FIXED, proof=WRONG, plausibility=0.5)
HOPELESS = replace(OPEN, name="refused", no_fix=True, verdict="no_code_fix", located_first=False, located_three=False)
FALSE_CLAIM = replace(HOPELESS, verdict="proven_fix")


def test_precision_is_of_the_proven_and_crashes_without_a_fix_are_counted_apart() -> None:
    found = totals([FIXED, MISTAKEN, FALSE_CLAIM, OPEN])
    assert (found["precision"], found["correct"], found["proven"]) == (50.0, 33.3, 66.7)
    assert (found["no_fix"], found["wrong_on_no_fix"], found["no_fix_told"]) == (1, 1, 0.0)
    assert found["median_seconds"] == 2.0  # what builds the environment is no work on the crash


def test_a_set_without_crashes_to_fix_has_no_shares_of_them() -> None:
    found = totals([HOPELESS])
    assert (found["proven"], found["precision"], found["no_fix_told"]) == (None, None, 100.0)


@pytest.mark.parametrize(
    ("row", "loss"),
    [
        (FIXED, ""),
        (MISTAKEN, "wrong change claimed"),
        (OPEN, "below threshold"),
        (replace(OPEN, alternative=RIGHT), "below threshold, though right"),
        (replace(OPEN, reproduced=False), "the test fails otherwise than the crash"),
        (replace(OPEN, located_three=False), "not located"),
        (replace(OPEN, verdict="diagnosed", reason="The cause was found, but nothing could be run: no uv"), "no environment"),
        (
            replace(OPEN, verdict="diagnosed", reason=UNREPRODUCED + "f (a.py:1) needs x, which was cut"),
            LOST + "a value cut or not captured",
        ),
        (
            replace(OPEN, verdict="diagnosed", reason=UNREPRODUCED + "f (a.py:1), called, does not crash; g needs y"),
            LOST + "state outside the event",
        ),
        (replace(OPEN, verdict="no_code_fix"), "called no_code_fix"),
        (replace(OPEN, verdict="error"), "the engine failed"),
        (HOPELESS, ""),
        (replace(HOPELESS, verdict="reproduced"), "not told: reproduced"),
        (FALSE_CLAIM, "claimed a fix where none is right"),
    ],
)
def test_each_case_is_lost_to_one_cause(row: Row, loss: str) -> None:
    assert row.loss == loss


def test_claims_are_held_against_how_often_they_were_right_by_tenths() -> None:
    rows = [FIXED, replace(MISTAKEN, plausibility=0.85), replace(OPEN, alternative=RIGHT, plausibility=0.3)]
    assert calibration(claims_of_fixes(rows, claimed=True)) == [Bin(0.8, 2, 1)]
    assert calibration(claims_of_fixes(rows, claimed=False)) == [Bin(0.3, 1, 1)]
    assert calibration([(1.0, True)]) == [Bin(0.9, 1, 1)]


def test_what_became_worse_is_told_by_name_and_by_digest() -> None:
    committed = [FIXED.committed(anonymous=False), replace(OPEN, digest="d2").committed(anonymous=True)]
    now = [replace(FIXED, verdict="reproduced", proof=None), replace(MISTAKEN, name="outside", digest="d2", reproduced=False)]
    assert worse(now, committed) == [
        "shares: no longer correct",
        "outside: no longer reproduced",
        "outside: now claimed, and wrong",
    ]
    assert worse([FIXED], committed) == []


def test_no_name_of_an_outside_case_is_committed() -> None:
    assert "shares" not in json.dumps(MISTAKEN.committed(anonymous=True))


def test_a_kept_row_is_read_as_it_was_written() -> None:
    assert row_from(json.loads(json.dumps(MISTAKEN.document()))) == MISTAKEN


def test_the_page_stands_alone_shows_every_case_and_trusts_no_text() -> None:
    rows = {"own": [FIXED, replace(MISTAKEN, reason="<script>alert(1)</script>")], "no-fix": [FALSE_CLAIM]}
    page = render(rows, {name: {"totals": totals(found), "worse": []} for name, found in rows.items()})
    assert "Proven where no fix is right: refused" in page
    assert page.count("<tr>") == 2 + 3
    assert "<script" not in page
    assert "http" not in page and "src=" not in page


def test_what_the_engine_says_today_is_a_cause_that_the_bench_knows() -> None:
    rooms = ("proof", "sessions", "reproduction")
    said = "".join(path.read_text() for room in rooms for path in (PACKAGE / room).glob("*.py"))
    assert [start for start in (*STARTS, UNREPRODUCED) if start not in said] == []
    assert [sign for sign in LACKS if sign not in said] == []
