"""A container that is changed while it is walked, and one that is sampled without an order."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from paramedic.repair.draft import Draft
from paramedic.repair.site import Site
from paramedic.repair.slips.reading import header, slip, statement_calls

_CHANGED = re.compile(r"(?:dictionary changed size|dictionary keys changed|Set changed size|deque mutated|list modified) ")


def changed_while_walked(site: Site) -> Iterator[Draft]:
    """``for x in list(d)``: a copy is walked, the container may change."""
    if not _CHANGED.match(site.message):
        return
    for walked in _walked(site):
        text = site.source(walked)
        if not text.startswith(("list(", "tuple(", "sorted(")):
            yield slip("copy", 0.9, f"`{text.splitlines()[0]}` changes while it is walked; a copy does not.",
                       site.sheet.replace(walked, f"list({text})"))  # fmt: skip


def _walked(site: Site) -> Iterator[ast.expr]:
    statement = site.statement
    if isinstance(statement, ast.For):
        yield statement.iter
    for node in header(statement):
        if isinstance(node, ast.comprehension):
            yield node.iter


def unordered(site: Site) -> Iterator[Draft]:
    """``random.sample`` and ``choice`` take sequences; a set is none."""
    if "Population must be a sequence" not in site.message:
        return
    for call in statement_calls(site):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "sample" and call.args:
            text = site.source(call.args[0])
            yield slip("sequence", 0.7, "A sample is drawn from a sequence; a sorted one gives the same for the same seed.",
                       site.sheet.replace(call.args[0], f"sorted({text})"))  # fmt: skip
