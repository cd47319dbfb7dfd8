"""Whether a change only makes an error go away: it catches, skips, leaves early, or puts nothing in the place of a value.

Such a change may be what a person wants, and is never claimed as a fix, unless the code before it shows that it does the same:
the function already leaves so, its annotation allows for it, or the same expression stands elsewhere in the file.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from paramedic.model.repair import Edit

_BROAD = frozenset(("Exception", "BaseException"))
_EMPTY_CALLS = frozenset(("list", "dict", "set", "tuple", "frozenset", "str", "bytes"))
_TALK = frozenset(("log", "logger", "logging", "_log", "_logger", "LOG", "LOGGER", "print", "warnings"))
_LEAVES = (ast.Return, ast.Continue, ast.Break)

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Module


def silences(patch: tuple[Edit, ...]) -> bool:
    """Whether something of ``patch`` silences without a precedent. Only Python is read; what is no Python is never proven."""
    return any(_silenced(edit) for edit in patch if edit.path.endswith(".py"))


def _silenced(edit: Edit) -> bool:
    try:
        before, after = ast.parse(edit.before), ast.parse(edit.after)
    except (SyntaxError, ValueError):
        return False
    if _swallowing(after) - _swallowing(before) or _has_less(before, after):
        return True
    old = dict(_scopes(before))
    texts = {ast.unparse(node) for node in ast.walk(before) if isinstance(node, ast.expr)}
    return any(_leaves_or_defaults(old.get(name), scope, texts) for name, scope in _scopes(after))


def _swallowing(tree: ast.AST) -> Counter[str]:
    """What stops an error from being seen, wherever it stands."""
    found: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            found["silent"] += all(_does_nothing(statement) for statement in node.body)
            found["broad"] += _is_broad(node) and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
        elif isinstance(node, ast.Try | ast.TryStar):
            found["finally"] += any(isinstance(inner, _LEAVES) for last in node.finalbody for inner in ast.walk(last))
        elif isinstance(node, ast.Name | ast.Attribute | ast.alias):
            found["suppress"] += _name(node) == "suppress"
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in {"__exit__", "__aexit__"}:
            found["exit"] += any(isinstance(inner, ast.Return) and inner.value is not None for inner in ast.walk(node))
    return found


def _does_nothing(statement: ast.stmt) -> bool:
    """Nothing with the error: at most a word about it in a log."""
    if isinstance(statement, ast.Return | ast.Assign | ast.AnnAssign):
        return statement.value is None or isinstance(statement.value, ast.Constant) or _is_nothing(statement.value)
    if isinstance(statement, ast.Expr):
        call = statement.value
        return isinstance(call, ast.Constant) or (isinstance(call, ast.Call) and _root(call.func) in _TALK)
    return isinstance(statement, ast.Pass | ast.Continue | ast.Break)


def _is_broad(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(each is None or _name(each) in _BROAD for each in caught)


def _has_less(before: ast.Module, after: ast.Module) -> bool:
    """Whether the change does nothing but take statements out: what is not done cannot fail."""
    old, new = (Counter(ast.unparse(node) for node in ast.walk(tree) if _is_plain(node)) for tree in (before, after))
    return bool(old - new) and not new - old


def _is_plain(node: ast.AST) -> bool:
    return isinstance(node, ast.stmt) and not hasattr(node, "body")


def _leaves_or_defaults(old: Scope | None, new: Scope, texts: set[str]) -> bool:
    known = Counter(_nothings(old)) if old else Counter()
    if any(text not in known and not _is_allowed(new, text) for text in _nothings(new)):
        return True
    if old is not None and Counter(_skips(new, old)) - Counter(_skips(old, old)):
        return True
    if any(ast.unparse(node) not in texts and not _is_allowed(new, "return None") for node in _short_circuits(new)):
        return True
    return any(ast.unparse(node) not in texts for node in _own(new) if isinstance(node, ast.expr) and _defaults(node, texts))


def _short_circuits(scope: Scope) -> Iterator[ast.expr]:
    """``user and user.name`` as a value or a statement: a guard in one expression."""
    for node in _own(scope):
        value = node.value if isinstance(node, ast.Return | ast.Assign | ast.Expr) else None
        if isinstance(value, ast.BoolOp) and isinstance(value.op, ast.And) and not isinstance(value.values[-1], ast.Compare):
            yield value


def _nothings(scope: Scope) -> Iterator[str]:
    """Statements that leave, or that set a name to nothing, in a branch or as what the whole function comes to."""
    for node in _own(scope):
        if isinstance(node, ast.Continue | ast.Break) or (isinstance(node, ast.Return) and _is_nothing(node.value)):
            yield ast.unparse(node)
        elif isinstance(node, ast.If):
            yield from (ast.unparse(each) for each in node.body if isinstance(each, ast.Assign) and _is_nothing(each.value))


def _is_allowed(scope: Scope, text: str) -> bool:
    """Whether the signature shows that nothing is an answer here, or that nothing may be given."""
    if isinstance(scope, ast.Module):
        return False
    if text.startswith("return"):
        declared = ast.unparse(scope.returns).strip("'\"") if scope.returns else ""
        return text in {"return", "return None"} and ("Optional[" in declared or "None" in declared.replace("|", " ").split())
    name = text.partition(" = ")[0]
    arguments = scope.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(positional), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return any(each.arg == name and isinstance(value, ast.Constant) and value.value is None for each, value in pairs)


def _skips(scope: Scope, old: Scope) -> Iterator[str]:
    """Conditions without another way, around nothing but what ``old`` did."""
    known = {ast.unparse(node) for node in _own(old) if isinstance(node, ast.stmt)} - set(_nothings(old))
    for node in _own(scope):
        if isinstance(node, ast.If) and not node.orelse and all(ast.unparse(each) in known for each in node.body):
            yield ast.unparse(node.test)


def _defaults(node: ast.expr, texts: set[str]) -> bool:
    """Whether an expression gives nothing in the place of a value. Zero, a word, a setting is a decision, which the
    regression test holds; nothing is none."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        return _is_none_or_empty(node.values[-1])
    if isinstance(node, ast.IfExp):
        return _is_none_or_empty(node.orelse) or _is_none_or_empty(node.body)
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        holder = ast.unparse(node.func)
        asked_so = any(text.startswith(f"{holder}(") for text in texts)
        return not asked_so and (len(node.args) == 1 or _is_none_or_empty(node.args[-1]))
    if _name(node.func) in {"getattr", "next"} and len(node.args) > 1:
        return _is_none_or_empty(node.args[-1])
    return any(each.arg == "default" and _is_none_or_empty(each.value) for each in node.keywords)


def _is_none_or_empty(value: ast.expr) -> bool:
    if isinstance(value, ast.Constant):
        return value.value is None or value.value in ("", b"")
    return _is_nothing(value)


def _is_nothing(value: ast.expr | None) -> bool:
    """None, False, 0, "", [], set() and the like."""
    if value is None:
        return True
    if isinstance(value, ast.Constant):
        return not value.value or value.value is Ellipsis
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        return all(_is_nothing(element) for element in value.elts)
    if isinstance(value, ast.Dict):
        return not value.keys
    return isinstance(value, ast.Call) and not value.args and not value.keywords and _name(value.func) in _EMPTY_CALLS


def _scopes(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, Scope]]:
    """The module and its functions, by qualified name."""
    if isinstance(tree, ast.Module):
        yield "", tree
    for node in ast.iter_child_nodes(tree):
        name = f"{prefix}.{node.name}" if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else prefix
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield name, node
        yield from _scopes(node, name)


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """What lies in a function and in none inside it."""
    for node in ast.iter_child_nodes(scope):
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from _own(node)


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.name if isinstance(node, ast.alias) else getattr(node, "id", "")


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return getattr(node, "id", "")
