"""Times with and without a zone, dates beside times."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from paramedic.repair.draft import Draft
from paramedic.repair.guards import is_pure
from paramedic.repair.imports import naming
from paramedic.repair.sheet import Replacement
from paramedic.repair.site import Site
from paramedic.repair.slips.reading import atom, header, mending, origin_of, shown, slip

_ZONES = re.compile(r"^can't (?:compare|subtract) offset-naive and offset-aware datetimes$")
_DAYS = re.compile(
    r"^can't compare datetime\.datetime to datetime\.date$|: 'datetime\.(?:datetime|date)' and 'datetime\.(?:date|datetime)'$"
)


def zoned(site: Site) -> Iterator[Draft]:
    """``now()`` in the zone of the time that it is held against."""
    if site.depth or not _ZONES.match(site.message):
        return
    for left, right in _pairs(site):
        for clock, other in ((left, right), (right, left)):
            call = origin_of(site, clock)
            if isinstance(call, ast.Call) and not call.args and not call.keywords and is_pure(other) and _reads_clock(call):
                yield from _in_zone_of(site, call, other)


def _in_zone_of(site: Site, call: ast.Call, other: ast.expr) -> Iterator[Draft]:
    """``now(x.tzinfo)`` is right for both kinds of ``x``; ``utcnow()`` must stay what it is beside a time without a zone."""
    func, zone = site.source(call.func), f"{atom(site, other)}.tzinfo"
    text = f"{func}({zone})"
    extra: tuple[Replacement, ...] = ()
    if func.endswith("utcnow"):
        utc, extra = naming(site, "timezone", "datetime")
        text = f"({func.removesuffix('utcnow')}now({utc}.utc) if {zone} else {func}())"
        if utc is None:
            return
    yield slip(
        "zone", 0.75, "The present time is asked for in the zone of the other one.", site.sheet.replace(call, text), *extra
    )


def _pairs(site: Site) -> Iterator[tuple[ast.expr, ast.expr]]:
    for node in header(site.statement):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            yield node.left, node.right
        elif isinstance(node, ast.Compare) and len(node.comparators) == 1:
            yield node.left, node.comparators[0]


def _reads_clock(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in {"now", "utcnow"}


def day_of_time(site: Site) -> Iterator[Draft]:
    """The day of a time, where it is held against a day."""
    if site.depth or not _DAYS.search(site.message):
        return
    for left, right in _pairs(site):
        for node in (left, right):
            if shown(site, node).startswith("datetime.datetime("):
                yield mending(site, node)("day", 0.7, f"`{site.source(node)}` is a time; a day is what it is held against.",
                           site.sheet.replace(node, f"{atom(site, node)}.date()"))  # fmt: skip
