"""A model's change that only makes the error go away is offered, and never claimed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.agent.shop import NODE, REGRESSION, RIGHT, SOURCE, case_of, crash, run
from tests.standins.models import Provider, answer, tells, uses

from paramedic.model.agent import StopReason
from paramedic.model.repair import Edit, Kind, TriageResult, Verdict
from paramedic.proof import Unproven
from paramedic.proof.silencing import silences
from paramedic.sandbox.project import ProjectRunner
from paramedic.sessions.agent_proof import Bench
from paramedic.sessions.agent_verdict import judged
from paramedic.source.tree import SourceTree

BEFORE = """
import logging

log = logging.getLogger(__name__)

def name(user, names=None) -> str | None:
    return user.name

def total(rows):
    found = 0
    for row in rows:
        found = found + row.price
    log.info("total %s", found)
    return found

def rate(rates, country):
    if not country:
        return 0
    return rates[country]

def city(user):
    if user.address is None:
        return ""
    return user.address.city

def street(user):
    return user.address.street

def parsed(text):
    try:
        return int(text)
    except ValueError:
        return 0
"""

ROW = "        found = found + row.price"
SILENCES = {
    "returns a constant on the error": (
        "    return rates[country]",
        "    try:\n        return rates[country]\n    except KeyError:\n        return 7",
    ),
    "sets a default on the error": (
        "    return user.address.street",
        "    try:\n        s = user.address.street\n    except AttributeError:\n        s = ''\n    return s",
    ),
    "only logs": (ROW, f"        try:\n    {ROW}\n        except AttributeError:\n            log.warning('x')"),
    "skips on the error": (ROW, f"        try:\n    {ROW}\n        except AttributeError:\n            continue"),
    "suppresses": (ROW, f"        with contextlib.suppress(AttributeError):\n    {ROW}"),
    "suppresses by another name": ("import logging", "import logging\nfrom contextlib import suppress as quiet"),
    "catches broadly": (
        "    return user.address.street",
        "    try:\n        return user.address.street\n    except Exception:\n        return total([user])",
    ),
    "catches all": (
        "    return user.address.street",
        "    try:\n        return user.address.street\n    except:\n        return total([user])",
    ),
    "widens to everything": ("    except ValueError:", "    except (ValueError, Exception):"),
    "leaves in finally": (
        "    return user.address.street",
        "    try:\n        return 1 / user\n    finally:\n        return user",
    ),
    "leaves early with nothing": (
        "    return user.address.street",
        "    if user.address is None:\n        return None\n    return user.address.street",
    ),
    "leaves early with an empty list": ("    found = 0", "    if rows is None:\n        return []\n    found = 0"),
    "leaves early by expression": ("    return user.address.street", "    return user.address.street if user.address else ''"),
    "leaves early by and": ("    return user.address.street", "    return user.address and user.address.street"),
    "skips the row": (ROW, f"        if row is None:\n            continue\n{ROW}"),
    "skips the statement": (ROW, f"        if row is not None:\n    {ROW}"),
    "puts nothing in its place": ("    found = 0", "    if rows is None:\n        rows = []\n    found = 0"),
    "puts nothing in its place by or": ("    for row in rows:", "    for row in rows or []:"),
    "asks for nothing": ("    return user.address.street", "    return getattr(user.address, 'street', None)"),
    "gets nothing": ("    return rates[country]", "    return rates.get(country)"),
    "gets an empty word": ("    return rates[country]", "    return rates.get(country, '')"),
    "takes the statement out": ('    log.info("total %s", found)\n', ""),
    "becomes a constant": ("    return user.address.street", "    return ''"),
}
MENDS = {
    "asks with a value that says something": ("    return rates[country]", "    return rates.get(country, 19)"),
    "adds a case": ("    return rates[country]", "    if country == 'ch':\n        return 8\n    return rates[country]"),
    "converts": ("    return rates[country]", "    return rates[country.lower()]"),
    "leaves as the function already does": (
        "    return rates[country]",
        "    if country == '?':\n        return 0\n    return rates[country]",
    ),
    "leaves as the signature says": ("    return user.name", "    if user is None:\n        return None\n    return user.name"),
    "fills in what need not be given": ("    return user.name", "    if names is None:\n        names = []\n    return names"),
    "catches what the handler there is for": ("    except ValueError:", "    except (ValueError, TypeError):"),
    "reports it by an error of its own": (
        "    return rates[country]",
        "    try:\n        return rates[country]\n    except KeyError as error:\n        raise LookupError(country) from error",
    ),
    "goes another way": (
        "    return rates[country]",
        "    try:\n        return rates[country]\n    except KeyError:\n        return rates[country.lower()]",
    ),
    "corrects the name": ("    return user.address.street", "    return user.address.road"),
}


def _patch(old: str, new: str) -> tuple[Edit, ...]:
    assert BEFORE.count(old) == 1
    return (Edit("shop.py", BEFORE, BEFORE.replace(old, new)),)


@pytest.mark.parametrize("name", SILENCES)
def test_what_only_makes_an_error_go_away_is_seen(name: str) -> None:
    assert silences(_patch(*SILENCES[name]))


@pytest.mark.parametrize("name", MENDS)
def test_what_mends_or_has_a_precedent_is_a_fix(name: str) -> None:
    assert not silences(_patch(*MENDS[name]))


HANDLED = "    try:\n        return RATES[country]\n    except KeyError:\n        return 0"
BROAD = "    try:\n        return RATES[country]\n    except Exception:\n        return min(RATES.values()) - 19"
GUARD = "    if country not in RATES:\n        return 0\n    return RATES[country]"


@pytest.mark.sandbox
@pytest.mark.parametrize("new", [HANDLED, BROAD, GUARD], ids=["handler", "broad", "guard"])
def test_a_change_that_passes_all_tests_by_silencing_is_offered_and_not_claimed(
    tree: SourceTree, runner: ProjectRunner, new: str
) -> None:
    script = (
        uses("replace", **{**RIGHT, "new": new}),
        uses("create", path="tests/test_country.py", text=REGRESSION),
        answer(test=NODE),
    )
    provider = Provider(tells(script))
    engine = TriageResult(Verdict.DIAGNOSED, "The engine found no fix.", case_of(tree).found.diagnosis)
    bench = Bench(crash(), engine, runner, True, lambda _line: None)
    with provider.running():
        found = run(replace(case_of(tree), runner=runner, prove=bench.trial), provider)
    result = judged(engine, crash(), found, bench, tree, "")
    assert found.stop is StopReason.ANSWERED
    assert "only silences" in found.reason
    assert (result.verdict, result.fix, result.proof) == (Verdict.REPRODUCED, None, None)
    assert [(fix.kind, fix.files) for fix in result.alternatives] == [(Kind.STOP_GAP, ("prices.py",))]


@pytest.mark.parametrize(
    "path", ["tests/test_prices.py", "tests/helpers.py", "conftest.py", "pyproject.toml", ".coveragerc", "pytest.toml"]
)
def test_a_patch_that_touches_tests_or_their_configuration_is_refused_by_the_bench_too(tree: SourceTree, path: str) -> None:
    engine = TriageResult(Verdict.DIAGNOSED, "", case_of(tree).found.diagnosis)
    # Nothing is run: a runner would be asked for in vain.
    bench = Bench(crash(), engine, None, True, lambda _line: None)  # type: ignore[arg-type]
    mended = Edit("prices.py", SOURCE, SOURCE.replace(RIGHT["old"], RIGHT["new"]))
    verdict = bench.outcome((mended, Edit(path, "old", "new")), (), NODE).verdict
    assert isinstance(verdict, Unproven)
    assert path in verdict.reason
