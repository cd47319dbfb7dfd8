"""What to follow from a fault, and the steps that come of it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from paramedic.diagnosis import entrances, flow
from paramedic.diagnosis.deliberate import raises_documented_class, unforeseen_none
from paramedic.diagnosis.fault import Found
from paramedic.diagnosis.flow import Binding, Bound
from paramedic.diagnosis.origin import Bad, Kind, Place, Step, Tracer
from paramedic.diagnosis.outcomes import condition_around, own_nodes
from paramedic.diagnosis.reading import Reading
from paramedic.diagnosis.scene import Scene, location_of
from paramedic.model.diagnosis import Family, Hop
from paramedic.source.symbols import SymbolIndex

_NONE = frozenset(
    {
        Family.NONE_ATTRIBUTE,
        Family.NONE_ITEM,
        Family.NONE_OPERATION,
        Family.NONE_CALL,
        Family.NONE_ITERATION,
        Family.NONE_ARGUMENT,
    }
)
_EMPTY = frozenset({Family.EMPTY_SEQUENCE, Family.INDEX_OUT_OF_RANGE, Family.ZERO_DIVISION, Family.STOP_ITERATION})


_KEYED = frozenset({Family.MISSING_KEY, Family.INDEX_OUT_OF_RANGE, Family.NOT_FOUND_IN_SEQUENCE, Family.UNHASHABLE})


def badness(found: Found, reading: Reading) -> Bad:
    """In what way the fault's subject was bad."""
    if found.fault.family in _NONE or reading.about_none or unforeseen_none(found):
        # ``sorted(rows)`` complains of a None inside of ``rows``.
        return Bad(Kind.NONE if found.fault.value in {None, "None"} else Kind.VALUE)
    if found.fault.family is Family.ZERO_DIVISION:
        return Bad(Kind.EMPTY, "zero")
    if found.fault.family in _EMPTY:
        return Bad(Kind.EMPTY)
    if reading.bad_type and found.fault.family in {
        Family.WRONG_TYPE,
        Family.MISSING_ATTRIBUTE,
        Family.UNHASHABLE,
        Family.NOT_CALLABLE,
    }:
        return Bad(Kind.TYPE, reading.bad_type)
    return Bad(Kind.VALUE)


@dataclass(frozen=True, slots=True)
class Trail:
    """The way to follow first, and ways that also led somewhere: the key of a lookup, what a container was filled from."""

    main: tuple[Step, ...]
    others: tuple[tuple[Step, ...], ...] = ()

    @property
    def paths(self) -> tuple[tuple[Step, ...], ...]:
        return (self.main, *self.others)


def trace(scenes: Sequence[Scene], found: Found, reading: Reading, index: SymbolIndex, symptom: str) -> Trail:
    """The steps from the symptom to the origin. ``scenes`` run outermost to innermost; the fault lies in the last."""
    scene = scenes[-1]
    place = Place(scene.module, scene.function, len(scenes) - 1)
    first = Step(Hop(found.fault.location, found.fault.expression, symptom), 0.0)
    if found.fault.family is Family.UNBOUND_LOCAL:
        return Trail((first, *_unbound(scene, found)))
    if found.fault.family in {Family.MISSING_NAME, Family.IMPORT_FAILED, Family.CANCELLED, Family.MEMORY}:
        return Trail((first,))
    others = [*_also(found, place), *_keys_of_named_refusal(scene, found, index)]
    starts = [(found.subject, badness(found, reading)), *((other, Bad(Kind.VALUE)) for other in others)]
    paths = [steps for node, bad in starts if (steps := _followed(scenes, place, node, bad, index))]
    paths.sort(key=_reach, reverse=True)
    if not paths:
        return Trail((first,))
    return Trail((first, *paths[0]), tuple(paths[1:]))


def _followed(scenes: Sequence[Scene], place: Place, node: ast.AST, bad: Bad, index: SymbolIndex) -> tuple[Step, ...]:
    tracer = Tracer(scenes, index)
    tracer.follow(place, node, bad)
    return tuple(tracer.steps)


def _reach(steps: tuple[Step, ...]) -> float:
    """How far a trace got: out of the function where it began."""
    return sum(step.strength for step in steps) + (1.0 if any(_at_module_level(step) for step in steps) else 0.0)


def _at_module_level(step: Step) -> bool:
    """A table of the module: what is missing there is missing for everybody."""
    return step.hop.location.function is None


def _also(found: Found, place: Place) -> list[ast.AST]:
    """What else decides the fault: the key of a failed lookup, what was put into a local container, names of a condition."""
    others: list[ast.AST] = []
    if found.key is not None and found.fault.family in _KEYED:
        others.append(found.key)
    if found.fault.family in {Family.ASSERTION, Family.DELIBERATE}:
        names = [node for node in ast.walk(found.subject) if isinstance(node, ast.Attribute | ast.Name)][:3]
        others += [node for node in names if node is not found.subject or not unforeseen_none(found)]
    if place.function is not None and isinstance(found.subject, ast.Name) and found.fault.family is Family.MISSING_KEY:
        others += _fillings(place, found.subject.id)
    if isinstance(found.subject, ast.BinOp | ast.Call | ast.JoinedStr):
        others += [node for node in ast.walk(found.subject) if isinstance(node, ast.Name)][:2]
    return others


def _keys_of_named_refusal(scene: Scene, found: Found, index: SymbolIndex) -> list[ast.AST]:
    """What the judged object was looked up by, where the raised class is the repository's own and says what it stands for.

    ``SeatTaken`` over a seat that the request named is an answer to the request; a RuntimeError over a state of one's own may
    be the code's mistake.
    """
    subject = found.subject
    if found.fault.family is not Family.DELIBERATE or scene.function is None or not isinstance(subject, ast.Name):
        return []
    if not raises_documented_class(scene, index):
        return []
    bindings = flow.reaching(scene.module, scene.function, subject.id, subject)
    return [key for each in bindings if each.kind is Binding.ASSIGNED for key in entrances.lookup_keys(each.value)]


def _fillings(place: Place, name: str) -> list[ast.AST]:
    """The loops that put something into a local container: what they run over decides what is in it."""
    assert place.function is not None  # noqa: S101 (checked by the caller)
    loops: list[ast.AST] = []
    for node in own_nodes(place.function):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == name
        ):
            loops += [each.iter for each in place.module.ancestors(node) if isinstance(each, ast.For | ast.AsyncFor)][:1]
    return loops


def _unbound(scene: Scene, found: Found) -> tuple[Step, ...]:
    """The bindings that did not run, each with its condition."""
    name = found.fault.detail or ""
    if scene.function is None:
        return ()
    bindings = flow.reaching(scene.module, scene.function, name, found.node)
    made = [each for each in bindings if each.kind is not Binding.UNBOUND]
    return tuple(Step(Hop(location_of(scene.module, each.node), name, _when_bound(scene, each, name)), 0.2) for each in made[:4])


def _when_bound(scene: Scene, bound: Bound, name: str) -> str:
    condition = " ".join(condition_around(scene.module, bound.node).split())
    if bound.kind is Binding.ITEM:
        return f"`{name}` is bound only when the loop runs at least once"
    return (
        f"`{name}` is bound here only when `{condition[:80]}`"
        if condition
        else f"`{name}` is bound here, which is not always reached"
    )
