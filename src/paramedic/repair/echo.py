"""The same change wherever its class, or its module, has the very same statement: a slip is seldom made once."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import indent

from paramedic.repair.draft import Draft
from paramedic.repair.sheet import Replacement
from paramedic.repair.site import Site, module_names, used_names

SHORTEST = 16
"""Statements with less text are alike by chance."""
PREFERRED = 1.02


MOST_TWINS = 4
"""What stands in more places than this is an idiom, not a slip."""


def twins_of(site: Site) -> tuple[ast.stmt, ...]:
    """The other statements of the same text in the class, else in the module; none for a text too short or too common."""
    text = _heading(site, site.statement)
    if site.depth or len(text) < SHORTEST:
        return ()
    statements = (node for node in (ast.walk(site.owner) if site.owner else site.module.nodes) if isinstance(node, ast.stmt))
    twins = tuple(node for node in statements if node is not site.statement and _heading(site, node) == text)
    return twins if len(twins) <= MOST_TWINS else ()


def echoes(site: Site, twins: Sequence[ast.stmt], draft: Draft) -> Iterator[Draft]:
    """The draft with its change repeated at the twins; nothing where the change reaches beyond the statement."""
    if not all(_is_near(site, change) for change in draft.replacements):
        return
    moved = [[place for change in draft.replacements for place in _moved(site, change, node)] for node in twins]
    changes = [change for places in moved if len(places) == len(draft.replacements) for change in places]
    if changes:
        yield replace(
            draft,
            replacements=(*draft.replacements, *changes),
            weight=draft.weight * PREFERRED,
            rationale=f"{draft.rationale} The same statement stands elsewhere too.",
        )


def _heading(site: Site, node: ast.stmt) -> str:
    """The text of a statement, up to the statements inside it."""
    body = getattr(node, "body", None)
    end = site.sheet.start(body[0]) if isinstance(body, list) and body else site.sheet.end(node)
    return site.sheet.text[site.sheet.start(node) : end].strip()


def _is_near(site: Site, change: Replacement) -> bool:
    """Whether a change lies in the statement's heading, or puts lines before it."""
    start = site.sheet.start(site.statement)
    before = site.sheet.line_start(site.statement.lineno)
    return change.start == change.end == before or start <= change.start <= change.end <= start + len(
        _heading(site, site.statement)
    )


def _moved(site: Site, change: Replacement, node: ast.stmt) -> Iterator[Replacement]:
    """The change at another statement; nothing where a name that it needs is not known there."""
    here = site.sheet.start(site.statement)
    if change.start < here:
        if _setting(site, node) != _setting(site, site.statement):
            return
        at = site.sheet.line_start(node.lineno)
        step = site.sheet.indent(site.statement)
        lines = [line.removeprefix(step) for line in change.text.splitlines()]
        if _is_known(site, "\n".join(lines), node) and site.sheet.alone(node):
            yield Replacement(at, at, site.sheet.block(lines, site.sheet.indent(node)))
    else:
        offset = site.sheet.start(node) - here
        yield Replacement(change.start + offset, change.end + offset, change.text)


def _setting(site: Site, node: ast.stmt) -> str:
    """What decides whether a statement is reached: the heading of the block that it stands in, "" in a function's own."""
    parent = site.module.parent(node)
    if not isinstance(parent, ast.stmt) or isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return ""
    return _heading(site, parent)


def _is_known(site: Site, text: str, node: ast.stmt) -> bool:
    """Whether the inserted lines use only names that the statement there uses too, or that the whole module has."""
    try:
        inserted = used_names(ast.parse(text))
    except SyntaxError:
        # The last line is a ``return`` or ``continue``, which stands only in its place.
        inserted = used_names(ast.parse("def _():\n while 1:\n" + indent(text, "  ")))
    return inserted <= used_names(node) | {"self", "cls"} | module_names(site.module) | set(dir(builtins))
