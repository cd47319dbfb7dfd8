"""Near-by inputs: the reproduction with one of its literals changed, to see what else a change does."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from paramedic.model.repair import Reproduction

MOST_VARIANTS = 48
RECORD = "__paramedic_record__"


def variants(reproduction: Reproduction) -> tuple[str, ...]:
    """Sources of the test that record the value of each expression statement; the first is the unchanged one."""
    try:
        tree = ast.parse(reproduction.source)
    except SyntaxError:
        return ()
    function = _test_function(tree, reproduction.node)
    if function is None:
        return ()
    _recording(function)
    plain = ast.unparse(ast.fix_missing_locations(tree))
    found = dict.fromkeys([plain, *_changed(tree, function)])
    return tuple(_spread(list(found), MOST_VARIANTS))


def _test_function(tree: ast.Module, node: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    name = node.rsplit("::", 1)[-1]
    found = [item for item in ast.walk(tree) if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) and item.name == name]
    return found[-1] if found else None


def _recording(function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    for node in list(ast.walk(function)):
        if isinstance(node, ast.Expr | ast.Assign) and not isinstance(node.value, ast.Constant | ast.Yield | ast.Await):
            node.value = ast.Call(ast.Name(RECORD, ast.Load()), [node.value], [])


def _changed(tree: ast.Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """One literal at a time, each by several others; the tree is put back each time."""
    for parent in ast.walk(function):
        for field, value in ast.iter_fields(parent):
            for index, node in enumerate(value if isinstance(value, list) else [value]):
                if not _is_input(parent, node):
                    continue
                for other in _others(node):
                    _put(parent, field, index if isinstance(value, list) else None, other)
                    yield ast.unparse(ast.fix_missing_locations(tree))
                _put(parent, field, index if isinstance(value, list) else None, node)


def _is_input(parent: ast.AST, node: object) -> bool:
    if isinstance(parent, ast.JoinedStr | ast.FormattedValue | ast.Expr | ast.arguments | ast.MatchValue):
        return False
    return isinstance(node, ast.Constant | ast.List | ast.Dict | ast.Tuple) and isinstance(
        getattr(node, "ctx", ast.Load()), ast.Load
    )


def _put(parent: ast.AST, field: str, index: int | None, node: object) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _others(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Constant):
        for value in _other_values(node.value):
            yield ast.parse(repr(value), mode="eval").body
    elif isinstance(node, ast.List | ast.Tuple):
        kind = type(node)
        yield kind([], ast.Load())
        if len(node.elts) > 1:
            yield kind(node.elts[:1], ast.Load())
            yield kind(node.elts[::-1], ast.Load())
        yield ast.Constant(None)
    elif isinstance(node, ast.Dict):
        yield ast.Dict([], [])
        for dropped in range(min(len(node.keys), 3)) if len(node.keys) > 1 else ():
            yield ast.Dict(
                [key for at, key in enumerate(node.keys) if at != dropped],
                [value for at, value in enumerate(node.values) if at != dropped],
            )
        yield ast.Constant(None)


def _other_values(value: object) -> Iterator[object]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (other for other in (0, 1, -1, value + 1, 7, 2.5, None, "1") if other != value)
    elif isinstance(value, str):
        yield from (other for other in ("", "a", "1", value[: len(value) // 2], value + value, " ", None, 3) if other != value)
    elif isinstance(value, bytes):
        yield from (other for other in (b"", b"a", value + value, None) if other != value)
    elif value is None:
        yield from ("", "a", 0, 1, [], {}, True)


def _spread(sources: list[str], most: int) -> Iterator[str]:
    """At most ``most`` of them, evenly over the test, the first always."""
    if len(sources) <= most:
        yield from sources
        return
    yield from (sources[index * len(sources) // most] for index in range(most))
