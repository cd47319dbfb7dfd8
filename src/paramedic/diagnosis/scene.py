"""The place of a crash in the syntax tree: the function, the statement, and the expressions that run on that line."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from paramedic.model.diagnosis import Location, MappedFrame, Span
from paramedic.model.errors import SourceError
from paramedic.source.module import Function, ParsedModule
from paramedic.source.tree import SourceTree

_INNER = {
    "<listcomp>": ast.ListComp,
    "<setcomp>": ast.SetComp,
    "<dictcomp>": ast.DictComp,
    "<genexpr>": ast.GeneratorExp,
    "<lambda>": ast.Lambda,
}


@dataclass(frozen=True)
class Scene:
    """``nodes`` are the expressions of ``statement`` that run in this frame, operands before operations; ``statement`` is
    None when the line holds none (another version of the file, a decorator of a class)."""

    module: ParsedModule
    mapped: MappedFrame
    function: Function | None
    statement: ast.AST | None
    nodes: tuple[ast.AST, ...]
    first_index: int = 0
    """The position on the stack of the frame that was called; that of ``mapped`` may be a comprehension inside it."""

    @property
    def line(self) -> int:
        return self.mapped.location.line

    def locate(self, node: ast.AST) -> Location:
        return location_of(self.module, node)


def location_of(module: ParsedModule, node: ast.AST) -> Location:
    line = getattr(node, "lineno", 1)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return Location(module.path, line, module.qualname(node) or None)
    owner = next((each for each in module.ancestors(node) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)), None)
    return Location(module.path, line, module.qualname(owner) if owner else None)


def span_of(module: ParsedModule, node: ast.AST) -> Span:
    """The place of ``node`` with columns in characters (``ast`` counts UTF-8 bytes)."""
    line, end = _start(node), _end(node)
    start_column = _characters(module, line, getattr(node, "col_offset", 0))
    return Span(line, start_column, end, _characters(module, end, getattr(node, "end_col_offset", None) or 0))


def _characters(module: ParsedModule, line: int, column: int) -> int:
    lines = module.text.splitlines()
    raw = lines[line - 1].encode() if 0 < line <= len(lines) else b""
    return len(raw[:column].decode(errors="replace"))


def source_of(module: ParsedModule, node: ast.AST) -> str:
    """The node as written, else as it would be written."""
    return module.segment(node) or ast.unparse(node)


def scene_of(tree: SourceTree, mapped: MappedFrame) -> Scene | None:
    """The scene of a mapped frame; None when its file does not parse."""
    try:
        module = tree.module(mapped.location.file)
    except SourceError:
        return None
    line = mapped.location.line
    statement = _statement(module, line)
    nodes = tuple(_running(statement)) if statement else ()
    inner = _INNER.get((mapped.frame.function or "").rsplit(".", 1)[-1])
    if inner is not None:
        nodes = _inside(nodes, inner, line) or nodes
    return Scene(module, mapped, module.enclosing(line), statement, nodes, mapped.index)


def _statement(module: ParsedModule, line: int) -> ast.AST | None:
    """The innermost statement or except clause that covers the line."""
    covering = [
        node for node in module.nodes if isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case) and _covers(node, line)
    ]
    return max(covering, key=lambda node: (_start(node), -_end(node)), default=None)


def _start(node: ast.AST) -> int:
    if isinstance(node, ast.match_case):
        return node.pattern.lineno
    if isinstance(node, ast.comprehension):
        return node.target.lineno
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    line: int = getattr(node, "lineno", 1)
    return min([line, *(each.lineno for each in decorators)])


def _end(node: ast.AST) -> int:
    if isinstance(node, ast.match_case):
        return node.body[-1].end_lineno or node.body[-1].lineno
    if isinstance(node, ast.comprehension):
        return node.iter.end_lineno or node.iter.lineno
    end: int | None = getattr(node, "end_lineno", None)
    return end if end is not None else _start(node)


def _covers(node: ast.AST, line: int) -> bool:
    return _start(node) <= line <= _end(node)


def header(statement: ast.AST) -> Iterator[ast.AST]:
    """The parts of a statement that run with it: all of a simple one, not the body of a compound one."""
    for name, value in ast.iter_fields(statement):
        if name in {"body", "orelse", "finalbody", "handlers", "cases"} and isinstance(value, list):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child


def _running(statement: ast.AST) -> Iterator[ast.AST]:
    for child in header(statement):
        yield from evaluated(child)
    if isinstance(statement, ast.stmt):
        yield statement


def evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """The node and its operands in about the order of evaluation; the insides of lambdas and generators come last."""
    for child in ast.iter_child_nodes(node):
        yield from evaluated(child)
    yield node


def deferred(node: ast.AST, module: ParsedModule) -> bool:
    """Whether the expression runs in another frame: the body of a lambda, or a generator after its first iterable."""
    child = node
    for ancestor in module.ancestors(node):
        if isinstance(ancestor, ast.stmt):
            return False
        if isinstance(ancestor, ast.Lambda) and child is ancestor.body:
            return True
        if isinstance(ancestor, ast.GeneratorExp) and not _in_first_iterable(ancestor, node, module):
            return True
        child = ancestor
    return False


def _in_first_iterable(generator: ast.GeneratorExp, node: ast.AST, module: ParsedModule) -> bool:
    first = generator.generators[0].iter
    return node is first or any(ancestor is first for ancestor in module.ancestors(node))


def _inside(nodes: tuple[ast.AST, ...], kind: type[ast.AST], line: int) -> tuple[ast.AST, ...]:
    """What runs in the frame of a comprehension or lambda that covers the line."""
    owners = [node for node in nodes if isinstance(node, kind) and _covers(node, line)]
    if not owners:
        return ()
    return tuple(each for owner in owners for part in _own_parts(owner) for each in evaluated(part))


def _own_parts(owner: ast.AST) -> Iterator[ast.AST]:
    if isinstance(owner, ast.Lambda):
        yield owner.body
        return
    generators: list[ast.comprehension] = getattr(owner, "generators", [])
    for index, generator in enumerate(generators):
        yield generator.target
        if index:
            yield generator.iter
        yield from generator.ifs
    for name in ("key", "value", "elt"):
        part = getattr(owner, name, None)
        if isinstance(part, ast.AST):
            yield part
    if generators:
        # The iteration itself (and unpacking its items) runs here, though its source is evaluated outside.
        yield generators[0]


def collapse(scenes: Sequence[Scene]) -> tuple[Scene, ...]:
    """One scene per function call: the frame of a comprehension joins that of the function around it, variables too."""
    joined: list[Scene] = []
    for scene in scenes:
        outer = joined[-1] if joined else None
        inner = (scene.mapped.frame.function or "").rsplit(".", 1)[-1] in _INNER
        if outer is not None and inner and outer.function is scene.function and outer.module is scene.module:
            joined[-1] = _join(outer, scene)
        else:
            joined.append(scene)
    return tuple(joined)


def _join(outer: Scene, inner: Scene) -> Scene:
    variables = {**outer.mapped.frame.variables, **inner.mapped.frame.variables}
    return replace(
        inner, mapped=replace(inner.mapped, frame=replace(inner.mapped.frame, variables=variables)), first_index=outer.first_index
    )
