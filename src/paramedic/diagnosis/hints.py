"""Functions off the stack that the code points to: the callee whose signature does not fit, the class that lacks an attribute."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from paramedic.diagnosis import counterparts
from paramedic.diagnosis.attributes import class_named, owner_of
from paramedic.diagnosis.fault import Found
from paramedic.diagnosis.reading import Reading
from paramedic.diagnosis.scene import Scene
from paramedic.diagnosis.suspects import Hint
from paramedic.model.diagnosis import Family, Location
from paramedic.source.classes import ClassInfo
from paramedic.source.symbols import Definition, SymbolIndex


def gather(scenes: Sequence[Scene], found: Found, reading: Reading, index: SymbolIndex) -> tuple[Hint, ...]:
    """Every hint for one fault."""
    return (
        *counterparts.hints(scenes, found, reading),
        *_signature(scenes[-1], found, reading, index),
        *_lacking_class(scenes[-1], found, reading, index),
    )


def _signature(scene: Scene, found: Found, reading: Reading, index: SymbolIndex) -> Iterator[Hint]:
    """The definition of what was called with arguments that it does not take."""
    if found.fault.family not in {Family.WRONG_ARITY, Family.UNEXPECTED_KEYWORD} or not isinstance(found.node, ast.Call):
        return
    target = index.resolve_call(scene.module.path, found.node) or _by_name(index, reading.function or "")
    if target is None:
        return
    definition = target
    if isinstance(target.node, ast.ClassDef):
        info = index.class_info(target.path, target.qualname)
        definition = (index.method(info, "__init__") if info else None) or target
    yield Hint(
        Location(definition.path, definition.line, definition.qualname), "its signature does not take what it is given", 0.42
    )


def _by_name(index: SymbolIndex, function: str) -> Definition | None:
    """The only definition of the name that the message gives, qualified where the interpreter qualified it."""
    named = [each for each in index.definitions(function.rsplit(".", 1)[-1]) if each.qualname.endswith(function)]
    return named[0] if len(named) == 1 else None


def _lacking_class(scene: Scene, found: Found, reading: Reading, index: SymbolIndex) -> Iterator[Hint]:
    """The class of the repository that an attribute was asked of, and those of its methods that do set it."""
    if found.fault.family is not Family.MISSING_ATTRIBUTE or not isinstance(found.subject, ast.expr):
        return
    info = (class_named(index, reading.bad_type) if reading.bad_type else None) or owner_of(
        index, scene, scene.module, found.subject
    )
    if info is None:
        return
    name = reading.detail or ""
    setter = next((each.attributes[name].method for each in index.lineage(info) if name in each.attributes), "")
    yield _class_hint(info, name, setter)


def _class_hint(info: ClassInfo, attribute: str, setter: str) -> Hint:
    start = info.methods.get("__init__")
    line = start.lineno if start else info.node.lineno
    name = f"{info.qualname}.__init__" if start else info.qualname
    reason = f"does not set `{attribute}`" + (f", which only `{setter}` does" if setter and setter != "__init__" else "")
    return Hint(Location(info.path, line, name), f"`{info.qualname}` {reason}", 0.34 if start else 0.25)
