"""The expression that raised: of all places on the crash line that fit the message, the one that the variables confirm."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, replace

from paramedic.diagnosis import captured, sites
from paramedic.diagnosis.candidates import Possible, callee_name, tail
from paramedic.diagnosis.captured import Missing, Variables
from paramedic.diagnosis.invocation import OPERATOR_METHODS
from paramedic.diagnosis.reading import Reading, Site
from paramedic.diagnosis.scene import Scene, deferred, source_of, span_of
from paramedic.model.diagnosis import Family, Fault, Location
from paramedic.model.event import Captured, Frame

_NONE_FAMILIES = {
    Site.ATTRIBUTE: Family.NONE_ATTRIBUTE,
    Site.ITEM: Family.NONE_ITEM,
    Site.ITERATION: Family.NONE_ITERATION,
    Site.ARGUMENT: Family.NONE_ARGUMENT,
}
_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class Found:
    """A fault with the nodes it stands for. ``confirmed`` is True when a captured variable shows the wrong value, False when
    one speaks against it, None when nothing was captured for it."""

    fault: Fault
    node: ast.AST
    subject: ast.AST
    key: ast.AST | None
    confirmed: bool | None
    rivals: int
    """How many other places fit the message as well."""


@dataclass(frozen=True, slots=True)
class _Scored:
    possible: Possible
    score: float
    confirmed: bool | None
    order: int


def find_fault(scene: Scene, reading: Reading, below: Frame | None) -> Found | None:
    """The fault on the crash line of ``scene``; ``below`` is the frame that the line called, None when the line itself raised."""
    if scene.statement is None:
        return None
    nodes = [node for node in scene.nodes if not deferred(node, scene.module) or _runs_here(scene)]
    scored = _score_all(scene, nodes, reading, below)
    if not scored:
        return None
    best = max(scored, key=lambda each: (each.score, -each.order))
    rivals = {id(each.possible.node) for each in scored if each.score >= best.score * 0.9} - {id(best.possible.node)}
    return _found(scene, reading, best, len(rivals))


def _runs_here(scene: Scene) -> bool:
    return (scene.mapped.frame.function or "").endswith(("<genexpr>", "<lambda>"))


def _score_all(scene: Scene, nodes: list[ast.AST], reading: Reading, below: Frame | None) -> list[_Scored]:
    variables = Variables(scene.mapped.frame)
    if below is not None and not _operated(nodes, below):
        nodes = _calling(nodes, below) or nodes
        reading = replace(reading, site=Site.ARGUMENT, function=None)
    scored = []
    for order, possible in enumerate(sites.possible(nodes, reading)):
        confirmed = _confirmed(possible, reading, variables, below)
        factor = {True: 3.0, None: 1.0, False: 0.1}[confirmed]
        weight = possible.weight * factor * _line_factor(possible.node, scene.line) * _prior(possible, reading, below)
        scored.append(_Scored(possible, weight, confirmed, order))
    return scored


def _operated(nodes: list[ast.AST], below: Frame) -> bool:
    """Whether the frame below is an operator's: ``os.environ["X"]`` fails inside of ``os``, and is a lookup all the same."""
    kinds = OPERATOR_METHODS.get((below.function or "").rsplit(".", 1)[-1], ())
    return any(isinstance(node, kinds) for node in nodes) and not _calling(nodes, below)


def _calling(nodes: list[ast.AST], below: Frame) -> list[ast.AST]:
    """The calls that lead into the frame below, by its function's name or its class's."""
    name = (below.function or "").rsplit(".", 1)[-1]
    direct: list[ast.AST] = [node for node in nodes if isinstance(node, ast.Call) and callee_name(node) == name]
    if direct or name != "__init__":
        return direct
    return [node for node in nodes if isinstance(node, ast.Call) and callee_name(node)[:1].isupper()]


def _line_factor(node: ast.AST, line: int) -> float:
    """Tracebacks give the line where the failing expression starts, or where the name of an attribute or method stands."""
    attribute = node.func if isinstance(node, ast.Call) else node
    if getattr(node, "lineno", line) == line:
        return 1.0
    if isinstance(attribute, ast.Attribute) and attribute.end_lineno == line:
        return 1.0
    covers = getattr(node, "lineno", line) <= line <= (getattr(node, "end_lineno", line) or line)
    return 0.5 if covers else 0.25


def _prior(possible: Possible, reading: Reading, below: Frame | None) -> float:
    """A None constant is never the surprise; a callee written in Python would show a frame of its own."""
    if isinstance(possible.subject, ast.Constant) and reading.family is not Family.BAD_ENCODING:
        return 0.3
    node = possible.node
    if below is None and isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id[:1].islower():
        return 1.0 if node.func.id in _BUILTINS else 0.8
    return 1.0


def _confirmed(possible: Possible, reading: Reading, variables: Variables, below: Frame | None) -> bool | None:
    value = variables.lookup(possible.subject)
    by_key = _key_confirmed(possible, reading, variables, value)
    if by_key is not None:
        return by_key
    if isinstance(value, Missing):
        return None
    by_value = _value_confirmed(reading, value)
    if by_value is not None:
        return by_value
    if reading.family is Family.ZERO_DIVISION:
        return captured.is_zero(value)
    if reading.family is Family.EMPTY_SEQUENCE:
        return captured.is_empty(value)
    if possible.expected is not None:
        return captured.is_type(value, possible.expected)
    if below is not None and isinstance(value, str) and any(value == each for each in below.variables.values()):
        return None if len(value) < 3 else True
    return None


def _value_confirmed(reading: Reading, value: Captured) -> bool | None:
    """Whether the value is the one that the message shows."""
    if reading.bad_value is None or not isinstance(value, str) or reading.site is not Site.ARGUMENT:
        return None
    shown = reading.bad_value.strip()
    if value == shown or value.strip("'\"") == shown.strip("'\""):
        return True
    return None


def _key_confirmed(possible: Possible, reading: Reading, variables: Variables, container: object) -> bool | None:
    if possible.key is None:
        return None
    key = variables.lookup(possible.key)
    if reading.family is Family.MISSING_KEY:
        return _lacks_key(reading, key, container)
    if reading.family is Family.INDEX_OUT_OF_RANGE and not isinstance(key, Missing | list | dict):
        return _out_of_range(captured.literal(key), container)
    return None


def _lacks_key(reading: Reading, key: object, container: object) -> bool | None:
    wanted = (reading.detail or "").strip()
    if not isinstance(key, str):
        return False if isinstance(container, dict) and wanted.strip("'\"") in container else None
    if key == wanted:
        return True
    # An SDK may cut long reprs, and str subclasses show themselves differently.
    return None if wanted.startswith(key.rstrip(".'\"")) or not captured.types(key) & {"str", "int", "tuple", "bytes"} else False


def _out_of_range(index: object, container: object) -> bool | None:
    if isinstance(container, Missing) or not isinstance(index, int):
        return None
    size = captured.length(container) if isinstance(container, list | dict | str) else None
    return None if size is None else not -size <= index < size


def _found(scene: Scene, reading: Reading, best: _Scored, rivals: int) -> Found:
    possible, module = best.possible, scene.module
    value = Variables(scene.mapped.frame).lookup(possible.subject)
    shown = None if isinstance(value, Missing) else _shown(value)
    family = _family(reading, value)
    location = scene.locate(possible.node)
    fault = Fault(
        family=family,
        location=Location(location.file, location.line, scene.mapped.location.function or location.function),
        expression=source_of(module, possible.node),
        span=span_of(module, possible.node),
        subject=source_of(module, possible.subject),
        subject_span=span_of(module, possible.subject),
        value=shown,
        detail=reading.detail,
    )
    return Found(fault, possible.node, possible.subject, possible.key, best.confirmed, rivals)


def _family(reading: Reading, value: object) -> Family:
    """``int(None)`` is about None even where the message names no type."""
    if value == "None" and reading.family in {Family.WRONG_TYPE, Family.BAD_CONVERSION}:
        return _NONE_FAMILIES.get(reading.site, reading.family)
    return reading.family


def _shown(value: Captured) -> str:
    return value if isinstance(value, str) else repr(value)


def subject_name(found: Found) -> str:
    return tail(found.subject) or (found.fault.subject or found.fault.expression)


__all__ = ["Found", "find_fault", "subject_name"]
