"""Which bindings of a local name may reach a place in a function: reaching definitions over the structured syntax tree.

An approximation that errs towards more bindings: every branch may run, a loop body runs not at all, once or again, and an
exception may leave a ``try`` after any of its statements.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from paramedic.source.module import Function, ParsedModule

MOST_STATEMENTS = 4000


class Binding(StrEnum):
    """How a name got its value."""

    ASSIGNED = "assigned"
    AUGMENTED = "augmented"
    ITEM = "item"
    """The target of a loop or comprehension: one item of ``value``."""
    PART = "part"
    """Unpacked from ``value``."""
    CONTEXT = "context"
    PARAMETER = "parameter"
    DEFINED = "defined"
    """A function, class or import."""
    CAUGHT = "caught"
    UNBOUND = "unbound"


@dataclass(frozen=True, eq=False)
class Bound:
    """One binding: ``node`` is the statement or parameter, ``value`` the expression that gives the value, if there is one.

    ``position`` is the place in the unpacked value, None where that is not a plain tuple target.
    """

    kind: Binding
    node: ast.AST
    value: ast.expr | None = None
    position: int | None = None

    @property
    def line(self) -> int:
        return getattr(self.node, "lineno", 0)


_State = frozenset[Bound] | None
"""The bindings that may hold; None where control never comes."""


def reaching(module: ParsedModule, function: Function | ast.Module, name: str, at: ast.AST) -> tuple[Bound, ...]:
    """The bindings of ``name`` that may hold where ``at`` is evaluated, by line; empty when it is not a local name there."""
    inner = _bound_by_expression(module, name, at)
    if inner is not None:
        return (inner,)
    statement = _statement_of(module, at, function)
    if statement is None:
        return ()
    flow = _Flow(name, statement)
    start = _parameters(function, name) if not isinstance(function, ast.Module) else None
    first = start or Bound(Binding.UNBOUND, function)
    flow.block(function.body, frozenset({first}))
    found = [each for each in flow.seen if each.kind is not Binding.UNBOUND or len(flow.seen) > 1 or flow.binds]
    return tuple(sorted(found, key=lambda each: each.line))


def _statement_of(module: ParsedModule, at: ast.AST, function: ast.AST) -> ast.AST | None:
    """The statement of ``function`` itself (not of a function nested in it) that holds ``at``."""
    found: ast.stmt | ast.ExceptHandler | None = at if isinstance(at, ast.stmt) else None
    for ancestor in module.ancestors(at):
        if ancestor is function:
            return found
        if isinstance(ancestor, ast.stmt | ast.ExceptHandler):
            inner = isinstance(ancestor, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            found = ancestor if found is None or inner else found
    return None


def _bound_by_expression(module: ParsedModule, name: str, at: ast.AST) -> Bound | None:
    """The comprehension or lambda around ``at`` that binds the name."""
    for ancestor in module.ancestors(at):
        if isinstance(ancestor, ast.stmt):
            return None
        if isinstance(ancestor, ast.Lambda) and any(each.arg == name for each in _all_parameters(ancestor.args)):
            return Bound(Binding.PARAMETER, ancestor)
        for generator in getattr(ancestor, "generators", ()):
            for bound in targets(generator.target, generator.iter, Binding.ITEM, ancestor, name):
                return bound
    return None


def _all_parameters(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (each for each in (arguments.vararg, arguments.kwarg) if each is not None)


def _parameters(function: Function, name: str) -> Bound | None:
    for argument in _all_parameters(function.args):
        if argument.arg == name:
            return Bound(Binding.PARAMETER, argument)
    return None


def targets(target: ast.expr, value: ast.expr | None, kind: Binding, node: ast.AST, name: str) -> Iterator[Bound]:
    """The bindings of ``name`` in an assignment target."""
    if isinstance(target, ast.Name) and target.id == name:
        yield Bound(kind, node, value)
    elif isinstance(target, ast.Starred):
        yield from targets(target.value, value, Binding.PART, node, name)
    elif isinstance(target, ast.Tuple | ast.List):
        for position, element in enumerate(target.elts):
            for bound in targets(element, value, kind, node, name):
                yield _part(bound, kind, position, value, len(target.elts))


def _part(bound: Bound, kind: Binding, position: int, value: ast.expr | None, size: int) -> Bound:
    if kind is Binding.ASSIGNED and isinstance(value, ast.Tuple) and len(value.elts) == size:
        return Bound(Binding.ASSIGNED, bound.node, value.elts[position])
    return Bound(Binding.PART if kind is Binding.ASSIGNED else kind, bound.node, value, position)


class _Flow:
    """One pass over a function for one name. ``seen`` are the bindings that reach the wanted statement."""

    def __init__(self, name: str, wanted: ast.AST) -> None:
        self.name = name
        self.wanted = wanted
        self.seen: set[Bound] = set()
        self.binds = False
        self._made: dict[tuple[int, str], Bound] = {}
        self._leaving: list[set[Bound]] = []
        self._loops: list[tuple[set[Bound], set[Bound]]] = []
        self._budget = MOST_STATEMENTS

    def block(self, statements: Iterable[ast.stmt], state: _State) -> _State:
        for statement in statements:
            if state is None or self._budget <= 0:
                return state
            self._budget -= 1
            for escape in self._leaving:
                escape.update(state)
            state = self._statement(statement, state)
        if state is not None:
            for escape in self._leaving:
                escape.update(state)
        return state

    def _statement(self, statement: ast.stmt, state: frozenset[Bound]) -> _State:
        if statement is self.wanted:
            self.seen |= state
        state = self._walrus(statement, state)
        handler = _HANDLERS.get(type(statement))
        return handler(self, statement, state) if handler else state

    def _walrus(self, statement: ast.stmt, state: frozenset[Bound]) -> frozenset[Bound]:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return state
        for child in ast.iter_child_nodes(statement):
            for node in ast.walk(child) if isinstance(child, ast.expr) else ():
                if isinstance(node, ast.NamedExpr) and node.target.id == self.name:
                    bound = self._bind(Bound(Binding.ASSIGNED, node, node.value))
                    state = state | bound
        return state

    def _bind(self, bound: Bound) -> frozenset[Bound]:
        """The state after a binding; the same object each time a loop comes round."""
        self.binds = True
        return frozenset({self._made.setdefault((id(bound.node), f"{bound.kind}{bound.position}"), bound)})

    def assign(self, statement: ast.stmt, pairs: Iterable[tuple[ast.expr, ast.expr | None, Binding]], state: _State) -> _State:
        for target, value, kind in pairs:
            for bound in targets(target, value, kind, statement, self.name):
                state = self._bind(bound)
        return state

    def bind_if(self, condition: bool, bound: Bound, state: _State) -> _State:
        return self._bind(bound) if condition else state

    def branch(self, *states: _State) -> _State:
        alive = [each for each in states if each is not None]
        return frozenset().union(*alive) if alive else None

    def loop(self, statement: ast.For | ast.AsyncFor | ast.While, enter: Callable[[_State], _State], state: _State) -> _State:
        broken: set[Bound] = set()
        continued: set[Bound] = set()
        self._loops.append((broken, continued))
        around = state
        for _ in range(2):
            after = self.block(statement.body, enter(around))
            around = self.branch(around, after, frozenset(continued) or None)
            if statement is self.wanted and around is not None and isinstance(statement, ast.While):
                self.seen |= around
        self._loops.pop()
        endless = isinstance(statement, ast.While) and isinstance(statement.test, ast.Constant) and bool(statement.test.value)
        ended = None if endless else self.block(statement.orelse, around)
        return self.branch(ended, frozenset(broken) or None)

    def leave_loop(self, state: frozenset[Bound], *, again: bool) -> None:
        if self._loops:
            self._loops[-1][1 if again else 0].update(state)

    def attempt(self, statement: ast.Try, state: frozenset[Bound]) -> _State:
        escaping: set[Bound] = set(state)
        self._leaving.append(escaping)
        after = self.block(statement.body, state)
        self._leaving.pop()
        handled = [self._handle(handler, frozenset(escaping)) for handler in statement.handlers]
        normal = self.block(statement.orelse, after)
        joined = self.branch(normal, *handled)
        if not statement.finalbody:
            return joined
        self.block(statement.finalbody, frozenset(escaping))
        return None if joined is None else self.block(statement.finalbody, joined)

    def _handle(self, handler: ast.ExceptHandler, state: frozenset[Bound]) -> _State:
        if handler is self.wanted:
            self.seen |= state
        inside = self.bind_if(handler.name == self.name, Bound(Binding.CAUGHT, handler), state)
        return self.block(handler.body, inside)


def _if(flow: _Flow, node: ast.If, state: frozenset[Bound]) -> _State:
    return flow.branch(flow.block(node.body, state), flow.block(node.orelse, state))


def _for(flow: _Flow, node: ast.For | ast.AsyncFor, state: frozenset[Bound]) -> _State:
    return flow.loop(node, lambda around: flow.assign(node, [(node.target, node.iter, Binding.ITEM)], around), state)


def _while(flow: _Flow, node: ast.While, state: frozenset[Bound]) -> _State:
    return flow.loop(node, lambda around: around, state)


def _with(flow: _Flow, node: ast.With | ast.AsyncWith, state: frozenset[Bound]) -> _State:
    pairs = [(item.optional_vars, item.context_expr, Binding.CONTEXT) for item in node.items if item.optional_vars is not None]
    return flow.block(node.body, flow.assign(node, pairs, state))


def _match(flow: _Flow, node: ast.Match, state: frozenset[Bound]) -> _State:
    states: list[_State] = [state]
    for case in node.cases:
        names = {getattr(each, "name", None) or getattr(each, "rest", None) for each in ast.walk(case.pattern)}
        inside = flow.bind_if(flow.name in names, Bound(Binding.PART, case.pattern, node.subject), state)
        states.append(flow.block(case.body, inside))
    return flow.branch(*states)


def _delete(flow: _Flow, node: ast.Delete, state: frozenset[Bound]) -> _State:
    gone = any(isinstance(each, ast.Name) and each.id == flow.name for each in node.targets)
    return flow.bind_if(gone, Bound(Binding.UNBOUND, node), state)


def _import(flow: _Flow, node: ast.Import | ast.ImportFrom, state: frozenset[Bound]) -> _State:
    names = {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    return flow.bind_if(flow.name in names, Bound(Binding.DEFINED, node), state)


def _define(flow: _Flow, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, state: frozenset[Bound]) -> _State:
    return flow.bind_if(node.name == flow.name, Bound(Binding.DEFINED, node), state)


def _end(_flow: _Flow, _node: ast.stmt, _state: frozenset[Bound]) -> _State:
    return None


def _break(flow: _Flow, node: ast.stmt, state: frozenset[Bound]) -> _State:
    flow.leave_loop(state, again=isinstance(node, ast.Continue))
    return None


_HANDLERS: dict[type[ast.stmt], Callable[..., _State]] = {
    ast.Assign: lambda flow, node, state: flow.assign(
        node, [(each, node.value, Binding.ASSIGNED) for each in node.targets], state
    ),
    ast.AnnAssign: lambda flow, node, state: (
        flow.assign(node, [(node.target, node.value, Binding.ASSIGNED)], state) if node.value is not None else state
    ),
    ast.AugAssign: lambda flow, node, state: flow.assign(node, [(node.target, node.value, Binding.AUGMENTED)], state),
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: lambda flow, node, state: flow.attempt(node, state),
    ast.TryStar: lambda flow, node, state: flow.attempt(node, state),
    ast.Match: _match,
    ast.Delete: _delete,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.FunctionDef: _define,
    ast.AsyncFunctionDef: _define,
    ast.ClassDef: _define,
    ast.Return: _end,
    ast.Raise: _end,
    ast.Break: _break,
    ast.Continue: _break,
}


def completes(statements: Iterable[ast.stmt]) -> bool:
    """Whether control may fall off the end of the statements."""
    return _Flow("", ast.Pass()).block(statements, frozenset({Bound(Binding.UNBOUND, ast.Pass())})) is not None


def assigned_in(module: ParsedModule, name: str) -> ast.Assign | ast.AnnAssign | None:
    """The last assignment of a name at module level."""
    found: ast.Assign | ast.AnnAssign | None = None
    waiting: list[ast.stmt] = list(module.tree.body)
    while waiting:
        statement = waiting.pop(0)
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            names = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if any(isinstance(each, ast.Name) and each.id == name for each in names):
                found = statement
        elif isinstance(statement, ast.If | ast.Try | ast.With | ast.For):
            waiting.extend(each for each in ast.iter_child_nodes(statement) if isinstance(each, ast.stmt))
    return found
