"""A proven fix and its issue, as values, for messages and effects."""

from __future__ import annotations

from datetime import UTC, datetime

from paramedic.effects.messages import Subject
from paramedic.model.diagnosis import Category, Diagnosis, Evidence, Family, Hop, Location, Provenance
from paramedic.model.repair import Edit, Fix, Kind, Proof, Reproduction, Run, TriageResult, Verdict

HOSTILE = (
    "</details><script>alert(1)</script> @everyone ![x](http://evil/p.png) [y](http://evil) --> x ``` \n# {{ 7*7 }} "
    "\x1b[31m javascript:x password='hunter2' | cell |"
)
SUBJECT = Subject(
    issue_id="4711",
    title="KeyError: 'sku'",
    short_id="SHOP-1A",
    url="https://acme.sentry.io/issues/4711/",
    last_hour=3,
    last_day=41,
    users=7,
    hours=((datetime(2026, 11, 20, 9, tzinfo=UTC), 38), (datetime(2026, 11, 20, 10, tzinfo=UTC), 3)),
)
PLACE = Location("shop/cart.py", 3, "total")


def proven(
    *, summary: str = "The row has no sku.", output: str = "E KeyError", evidence: str = "row = {}", exception: str = "KeyError"
) -> TriageResult:
    facts = (Evidence("E1", "variable", evidence, Provenance.UNTRUSTED), Evidence("E2", "frame", "total", Provenance.TRUSTED))
    diagnosis = Diagnosis(
        summary=summary,
        category=Category.SERVER,
        family=Family.MISSING_KEY,
        location=PLACE,
        exception_type=exception,
        trace=(Hop(PLACE, "row['sku']", summary), Hop(PLACE, "row", summary)),
        evidence=facts,
        confidence=0.9,
    )
    before = Run("reproduction", "pytest tests/test_cart.py", 1, 0.4, output, 0, 1, ("tests/test_cart.py::test_total",))
    after = Run("reproduction", "pytest tests/test_cart.py", 0, 0.3, "1 passed", 1, 0)
    edit = Edit("shop/cart.py", "x = row['sku']\n", "x = row.get('sku')\n")
    fix = Fix("--- a/shop/cart.py\n", ("shop/cart.py",), "default", Kind.FIX, "As its sibling does.", (edit,))
    reproduction = Reproduction("tests/test_cart.py", "def test(): ...\n", "tests/test_cart.py::test", "KeyError", PLACE, PLACE)
    proof = Proof(before, after, None, None, "c" * 40, "3.11.2", "bubblewrap", "k", ("No other test covers it.",))
    return TriageResult(Verdict.PROVEN_FIX, "Failed before, passes after.", diagnosis, reproduction, fix, proof)
