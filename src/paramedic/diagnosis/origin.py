"""The way of a bad value backwards, from where it hurt to where it came from."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from paramedic.diagnosis import attributes, entrances, flow
from paramedic.diagnosis.candidates import callee_name, receiver
from paramedic.diagnosis.captured import Missing, Variables, is_empty, is_none, is_type, is_zero
from paramedic.diagnosis.flow import Binding, Bound
from paramedic.diagnosis.invocation import call_into, passed
from paramedic.diagnosis.nullable import static_type, why_none
from paramedic.diagnosis.outcomes import Outcome, getter, giving_none, outcomes, says_when
from paramedic.diagnosis.scene import Scene, location_of
from paramedic.diagnosis.text import plain
from paramedic.model.diagnosis import Hop, Location
from paramedic.source.module import Function, ParsedModule
from paramedic.source.symbols import Definition, SymbolIndex

MOST_HOPS = 10


class Kind(StrEnum):
    """In what way the value is bad; decides which of several bindings explains it."""

    NONE = "none"
    EMPTY = "empty"
    TYPE = "type"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Bad:
    kind: Kind
    type_name: str | None = None

    @property
    def word(self) -> str:
        return {Kind.NONE: "None", Kind.EMPTY: self.type_name or "empty", Kind.TYPE: f"of type {self.type_name}"}.get(
            self.kind, "the bad value"
        )


_CONTENTS = Bad(Kind.VALUE)
"""What is said of the container when one of its items is bad."""


@dataclass(frozen=True)
class Place:
    """Where the search stands. ``depth`` is the index of the frame on the stack, None in a function that has returned."""

    module: ParsedModule
    function: Function | None
    depth: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """A hop with the function it lies in. ``strength`` in [0, 1]: how much the change may belong there."""

    hop: Hop
    strength: float
    outside: bool = False
    """The value came in from outside the repository here."""


class Tracer:
    """Follows values over one stack. ``scenes`` run outermost to innermost, as the repository's frames do."""

    def __init__(self, scenes: Sequence[Scene], index: SymbolIndex) -> None:
        self.scenes = scenes
        self.index = index
        self.steps: list[Step] = []
        self._seen: set[tuple[str, int]] = set()
        self._weight = 1.0
        self._computed = False
        """Whether the repository calculated the value before it gave it to the function that failed."""

    def follow(self, place: Place, node: ast.AST, bad: Bad) -> None:
        """Add the steps from ``node`` backwards to ``steps``; stops at the first thing that reading cannot see through."""
        if len(self.steps) >= MOST_HOPS or (place.module.path, id(node)) in self._seen:
            return
        self._seen.add((place.module.path, id(node)))
        if isinstance(node, ast.Name):
            self._name(place, node, bad)
        elif isinstance(node, ast.Attribute):
            self._attribute(place, node, bad)
        elif isinstance(node, ast.Call):
            self._call(place, node, bad)
        elif isinstance(node, ast.Subscript):
            self._through(place, node, node.value, f"it is an item of `{_written(place, node.value)}`")
        elif isinstance(node, ast.Await | ast.NamedExpr | ast.Starred | ast.FormattedValue):
            self.follow(place, node.value, bad)
        elif isinstance(node, ast.IfExp | ast.BoolOp):
            self._choice(place, node, bad)
        elif isinstance(node, ast.BinOp):
            self._computed |= place.depth != len(self.scenes) - 1
            self._operands(place, [node.left, node.right], bad)
        elif isinstance(node, ast.Constant) and bad.kind is Kind.NONE and node.value is None:
            self._note(place, node, "it is written as None here", 0.5)
        elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp):
            self.follow(place, node.generators[0].iter, _CONTENTS)

    # Names

    def _name(self, place: Place, node: ast.Name, bad: Bad) -> None:
        scope = place.function
        bindings = flow.reaching(place.module, scope, node.id, node) if scope is not None else ()
        while not bindings and scope is not None:
            scope = _outer(place.module, scope)
            bindings = self._closure(place.module, scope, node.id) if scope is not None else ()
        if not bindings:
            self._global(place, node, bad)
            return
        chosen = max(bindings, key=lambda each: (self._plausible(place, each, bad), each.line <= node.lineno, each.line))
        self._binding(replace(place, function=scope), node, chosen, bad)

    def _closure(self, module: ParsedModule, scope: Function, name: str) -> tuple[Bound, ...]:
        """The bindings of a free variable: those that hold at the end of the function around."""
        return flow.reaching(module, scope, name, scope.body[-1])

    def _plausible(self, place: Place, bound: Bound, bad: Bad) -> float:
        """How well a binding explains the bad value, by what its expression may give."""
        if bound.value is None:
            return 1.0 if bound.kind is Binding.PARAMETER else 0.2
        if bound.kind in {Binding.ITEM, Binding.PART, Binding.CONTEXT}:
            return 1.0
        if bad.kind is Kind.NONE:
            return self._plausibly_none(place, bound.value)
        surely = static_type(bound.value)
        if bad.kind is Kind.TYPE and surely is not None:
            return 3.0 if surely == bad.type_name else 0.1
        if bad.kind is Kind.EMPTY and isinstance(bound.value, ast.List | ast.Dict | ast.Tuple | ast.Constant):
            return (
                2.0
                if not getattr(bound.value, "elts", getattr(bound.value, "keys", getattr(bound.value, "value", True)))
                else 0.1
            )
        return 1.0

    def _plausibly_none(self, place: Place, value: ast.expr) -> float:
        if why_none(value):
            return 3.0
        if static_type(value) is not None:
            return 0.0
        if isinstance(value, ast.Call):
            target = self.index.resolve_call(place.module.path, value)
            if target is not None:
                return 2.5 if not isinstance(target.node, ast.ClassDef) and self._nones(target) else 0.1
        return 1.0

    def _nones(self, target: Definition) -> tuple[Outcome, ...]:
        module = self.index.parsed(target.path)
        if module is None or isinstance(target.node, ast.ClassDef):
            return ()
        return giving_none(module, target.node)

    def _binding(self, place: Place, node: ast.Name, bound: Bound, bad: Bad) -> None:
        name = node.id
        if bound.kind is Binding.PARAMETER:
            self._parameter(place, name, bad)
            return
        if bound.kind is Binding.UNBOUND or bound.value is None:
            return
        said = {
            Binding.ASSIGNED: f"`{name}` is set from `{_written(place, bound.value)}`",
            Binding.AUGMENTED: f"`{name}` is changed by `{_written(place, bound.value)}`",
            Binding.ITEM: f"`{name}` is taken from `{_written(place, bound.value)}`",
            Binding.PART: f"`{name}` is unpacked from `{_written(place, bound.value)}`",
            Binding.CONTEXT: f"`{name}` is what `{_written(place, bound.value)}` opens",
        }[bound.kind]
        self._note(place, bound.node, said, 0.35)
        self.follow(place, bound.value, _CONTENTS if bound.kind in {Binding.ITEM, Binding.PART} else bad)

    def _parameter(self, place: Place, name: str, bad: Bad) -> None:
        """Out to the caller, along the stack only. A receiver is no value that was passed."""
        if name in {"self", "cls"}:
            return
        if place.function is None or not place.depth or not self._adjacent(place.depth):
            self._from_outside(place, name, bad)
            return
        outer = self.scenes[place.depth - 1]
        call = call_into(outer, place.function)
        given = passed(call, place.module, place.function, name) if call is not None else None
        if given is None:
            self._through_stars(Place(outer.module, outer.function, place.depth - 1), name, call)
            return
        if given.default:
            self._note(place, given.expression, f"`{name}` keeps its default `{_written(place, given.expression)}`", 0.4)
            return
        written = _written_in(outer.module, given.expression)
        caller = outer.mapped.location.function or "the module"
        said = f"`{name}` is passed as `{written}` by `{caller}`"
        seen = self._seen_in(outer, given.expression, bad)
        self._note_at(
            Location(outer.module.path, getattr(given.expression, "lineno", outer.line), outer.mapped.location.function),
            written,
            f"{said}, where it already is {bad.word}" if seen else said,
            0.45 if seen else 0.35,
        )
        self.follow(Place(outer.module, outer.function, place.depth - 1), given.expression, bad)

    def _through_stars(self, outer: Place, name: str, call: ast.AST | None) -> None:
        """The caller handed on all that it was given: ``f(*args, **options)``."""
        if not isinstance(call, ast.Call):
            return
        mapping = [each.value for each in call.keywords if each.arg is None]
        for source in [*mapping, *(each.value for each in call.args if isinstance(each, ast.Starred))]:
            if isinstance(source, ast.Name):
                self._note(outer, call, f"`{name}` is handed on in `{source.id}`", 0.2)
                self.follow(outer, source, _CONTENTS)
                return

    def _adjacent(self, depth: int) -> bool:
        """Whether no frame of another package lies between."""
        return self.scenes[depth].first_index - self.scenes[depth - 1].mapped.index == 1

    def _from_outside(self, place: Place, name: str, bad: Bad) -> None:
        if place.function is not None and place.depth == 0:
            seen = self._seen_in(self.scenes[0], ast.Name(name, ast.Load()), bad)
            said = f"`{name}` comes in from outside this repository{f' as {bad.word}' if seen else ''}"
            self._entrance(place, place.function, said)

    def _entrance(self, place: Place, node: ast.AST, said: str) -> None:
        self._note(place, node, said, 0.3)
        self.steps[-1] = replace(self.steps[-1], outside=not self._computed)

    def _seen_in(self, scene: Scene, node: ast.AST, bad: Bad) -> bool:
        value = Variables(scene.mapped.frame).lookup(node)
        if isinstance(value, Missing):
            return False
        if bad.kind is Kind.NONE:
            return is_none(value)
        if bad.kind is Kind.EMPTY:
            return bool(is_zero(value) if bad.type_name else is_empty(value))
        return bad.kind is Kind.TYPE and bool(is_type(value, bad.type_name or ""))

    def _global(self, place: Place, node: ast.Name, bad: Bad) -> None:
        module, name = place.module, node.id
        imported = self.index.imports(module.path).names.get(name)
        if imported and not flow.assigned_in(module, name):
            path = self.index.tree.find_module(imported.rpartition(".")[0])
            other = self.index.parsed(path) if path else None
            if other is None:
                if entrances.is_request(imported):
                    self._entrance(place, node, f"`{name}` comes in from outside this repository")
                return
            module, name = other, imported.rpartition(".")[2]
        assigned = flow.assigned_in(module, name)
        if assigned is None:
            return
        outside = Place(module, None, None)
        value = assigned.value
        self._note(outside, assigned, f"`{name}` is defined for the whole module", 0.4)
        if value is not None:
            self._weight = 1.4
            self.follow(outside, value, bad)

    # Attributes

    def _attribute(self, place: Place, node: ast.Attribute, bad: Bad) -> None:
        owner = attributes.owner_of(self.index, self._frame(place), place.module, node.value)
        if owner is None:
            self._through(place, node, node.value, f"it is read from `{_written(place, node.value)}`")
            return
        method = self.index.method(owner, node.attr)
        if method is not None and not isinstance(method.node, ast.ClassDef):
            self._result(method, bad)
            return
        for write in attributes.writes(self.index, owner, node.attr, wants_none=bad.kind is Kind.NONE):
            where = self.index.parsed(write.path)
            if where is None:
                continue
            strength = 0.5 if write.fills or (write.gives_none and bad.kind is Kind.NONE) else 0.3
            inside = Place(where, write.function, None)
            self._note(inside, write.node, write.explain(node.attr, owner.qualname), strength)
            if write.value is not None and not write.gives_none:
                self.follow(inside, write.value, bad)
            elif write.value is None and not write.gives_none:
                # A field that is only declared is filled by whoever makes the object.
                self.follow(place, node.value, _CONTENTS)
            return

    def _frame(self, place: Place) -> Scene | None:
        return self.scenes[place.depth] if place.depth is not None else None

    # Calls and other expressions

    def _call(self, place: Place, node: ast.Call, bad: Bad) -> None:
        target = self.index.resolve_call(place.module.path, node) or self._method_of_captured(place, node)
        if target is not None and not isinstance(target.node, ast.ClassDef):
            self._result(target, bad)
            return
        if target is not None:
            return
        if entrances.receives(node):
            self._entrance(place, node, f"`{_written(place, node)}` takes what comes in from outside this repository")
            return
        reason = why_none(node) if bad.kind is Kind.NONE else None
        if reason:
            self._note(place, node, reason, 0.5)
            return
        inner = receiver(node) if callee_name(node)[:1].islower() else None
        receivers = [inner] if inner is not None else []
        for source in [*node.args, *receivers] if self._foreign(place, inner) else [*receivers, *node.args]:
            if bad.kind in {Kind.VALUE, Kind.EMPTY} and not isinstance(source, ast.Constant):
                self.follow(place, source, bad)
                return

    def _method_of_captured(self, place: Place, node: ast.Call) -> Definition | None:
        """The method of an object whose class only its captured repr tells."""
        scene = self._frame(place)
        if scene is None or not isinstance(node.func, ast.Attribute):
            return None
        owner = attributes.owner_of(self.index, scene, place.module, node.func.value)
        method = self.index.method(owner, node.func.attr) if owner else None
        # What a property gives is called, not the property.
        return method if method is not None and not method.node.decorator_list else None

    def _foreign(self, place: Place, node: ast.expr | None) -> bool:
        """Whether a receiver is a module or class of another package: what is called on it works on its arguments."""
        names = self.index.imports(place.module.path).names
        return (
            isinstance(node, ast.Name) and node.id in names and not self.index.tree.find_module(names[node.id].partition(".")[0])
        )

    def _result(self, target: Definition, bad: Bad) -> None:
        """Into the function of the repository that gave the value."""
        module = self.index.parsed(target.path)
        if module is None or isinstance(target.node, ast.ClassDef):
            return
        name = target.qualname.rpartition(".")[2]
        body = getter(module, target.node)
        inside = Place(module, body, None)
        if bad.kind is not Kind.NONE:
            ways = outcomes(module, body)
            self._note(inside, body, f"`{name}()` gave the value", 0.45)
            for way in ways[-1:] if len(ways) == 1 else ():
                if way.value is not None:
                    self.follow(inside, way.value, bad)
            return
        ways = giving_none(module, body)
        if ways:
            self._note(inside, ways[0].node, says_when(ways[0], name), 0.6)
            return
        returned = [way.value for way in outcomes(module, body) if way.value is not None]
        if returned:
            self._note(inside, body, f"`{name}()` gave the value", 0.4)
            self.follow(inside, returned[-1], bad)

    def _through(self, place: Place, node: ast.AST, source: ast.AST, said: str) -> None:
        if not isinstance(source, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
            return
        self._note(place, node, said, 0.2)
        self.follow(place, source, _CONTENTS)

    def _choice(self, place: Place, node: ast.IfExp | ast.BoolOp, bad: Bad) -> None:
        options = [node.body, node.orelse] if isinstance(node, ast.IfExp) else list(node.values)
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and bad.kind in {Kind.NONE, Kind.EMPTY}:
            options = options[-1:]
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            taken = [each for each in options[:-1] if not entrances.not_taken(self._frame(place), each)]
            options = [*taken, options[-1]]
        reason = why_none(node) if bad.kind is Kind.NONE else None
        if reason:
            self._note(place, node, reason, 0.4)
        self._operands(place, options, bad)

    def _operands(self, place: Place, options: Sequence[ast.expr], bad: Bad) -> None:
        for option in options:
            if not isinstance(option, ast.Constant | ast.JoinedStr):
                self.follow(place, option, bad)
                return

    def _note(self, place: Place, node: ast.AST, said: str, strength: float) -> None:
        self._note_at(location_of(place.module, node), _written(place, node), said, strength)

    def _note_at(self, location: Location, expression: str, said: str, strength: float) -> None:
        last = self.steps[-1].hop if self.steps else None
        if last is None or (last.location, last.expression) != (location, expression):
            self.steps.append(Step(Hop(location, expression, said), min(strength * self._weight, 1.0)))


def _outer(module: ParsedModule, function: Function) -> Function | None:
    return next((each for each in module.ancestors(function) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)), None)


def _written(place: Place, node: ast.AST) -> str:
    return _written_in(place.module, node)


def _written_in(module: ParsedModule, node: ast.AST) -> str:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return f"def {node.name}"
    return plain(module.segment(node) or ast.unparse(node), 100)
