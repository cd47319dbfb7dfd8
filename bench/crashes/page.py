"""The page with charts: one HTML file with nothing from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from bench.crashes.figures import Bin, calibration, claims_of_fixes, claims_of_places
from bench.crashes.row import Row
from paramedic.proof.prove import THRESHOLD

TITLES = {"own": "Crashes of our own choice", "no-fix": "Crashes with nothing to fix", "outside": "Crashes of an outside folder"}
FUNNEL = {
    "located_three": "located, first three",
    "located_first": "located first",
    "reproduced": "reproduced",
    "proven": "proven",
    "correct": "correct",
    "precision": "correct among proven",
    "harmless": "harmless among proven",
}


def render(rows: Mapping[str, Sequence[Row]], report: Mapping[str, Mapping[str, Any]]) -> str:
    """The whole page. Everything that comes from a case is escaped."""
    templates = Environment(
        loader=PackageLoader("bench.crashes", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    sets = [_set(name, found, report[name]) for name, found in rows.items()]
    return templates.get_template("page.html").render(sets=sets)


def _set(name: str, rows: Sequence[Row], report: Mapping[str, Any]) -> dict[str, Any]:
    figures = report["totals"]
    shares = [(label, figures[key], "%") for key, label in FUNNEL.items() if figures[key] is not None]
    told = [("told as nothing to fix", figures["no_fix_told"], "%")] if figures["no_fix"] else []
    return {
        "title": TITLES[name],
        "figures": figures,
        "worse": report["worse"],
        "rows": rows,
        "wrong": [row.name for row in rows if row.wrong],
        "shares": bars(shares + told, 100),
        "losses": bars([(cause, count, "") for cause, count in figures["losses"].items()]),
        "seconds": bars([(stage, took, " s") for stage, took in figures["median_seconds_by_stage"].items()]),
        "calibrations": _calibrations(rows),
    }


def _calibrations(rows: Sequence[Row]) -> list[dict[str, Any]]:
    fixes = {
        "claimed": points(calibration(claims_of_fixes(rows, claimed=True))),
        "best that was not claimed": points(calibration(claims_of_fixes(rows, claimed=False))),
    }
    places = {"first suspect": points(calibration(claims_of_places(rows)))}
    charts = [
        {"title": "Plausibility of a change, and how often it is correct", "series": fixes, "threshold": THRESHOLD},
        {"title": "Confidence of the diagnosis, and how often its place is right", "series": places, "threshold": None},
    ]
    return [chart for chart in charts if any(chart["series"].values())]


def bars(items: Iterable[tuple[str, float, str]], most: float | None = None) -> list[dict[str, Any]]:
    """Label, text and length in [0, 1] of each bar."""
    listed = list(items)
    longest = most or max((value for _, value, _ in listed), default=0) or 1
    return [{"label": label, "text": f"{value:g}{unit}", "length": value / longest} for label, value, unit in listed]


def points(bins: Iterable[Bin]) -> list[dict[str, Any]]:
    """Where each tenth lies, both ways in [0, 1], and what to write beside it."""
    return [
        {"x": found.low + 0.05, "y": found.right / found.cases, "cases": found.cases, "text": f"{found.right}/{found.cases}"}
        for found in bins
    ]
