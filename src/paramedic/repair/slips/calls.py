"""A call that is missing, superfluous or not awaited, and an attribute taken for a key."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator

from paramedic.model.diagnosis import Family
from paramedic.repair.draft import Draft
from paramedic.repair.names import class_attributes
from paramedic.repair.sheet import Replacement
from paramedic.repair.site import Site, parameter_names
from paramedic.repair.slips.reading import atom, header, mending, origin_of, shown, slip, types_in
from paramedic.source.module import Function

_FUNCTIONS = frozenset(("method", "builtin_function_or_method", "function"))
_PLAIN = frozenset(("str", "int", "float", "bool", "list", "dict", "tuple", "set", "bytes", "datetime.datetime", "datetime.date"))
_COROUTINE = "<coroutine object"
_SUPERFLUOUS = re.compile(r"^object [\w.]+ can't be used in 'await' expression$")
_NO_KEYS = re.compile(r"^'(\w+)' object is not subscriptable$")
_NO_SELF = re.compile(r"^(?:[\w<>]+\.)*(\w+)\.(\w+)\(\) takes (\d+) positional arguments? but (\d+) (?:was|were) given$")
_CONTEXTS = {
    "does not support the asynchronous context manager protocol": ("async with", "with"),
    "does not support the context manager protocol": ("with", "async with"),
}


def unawaited(site: Site) -> Iterator[Draft]:
    """The value of a coroutine is wanted, and the coroutine was taken."""
    if site.depth or "coroutine" not in site.message or not isinstance(site.function, ast.AsyncFunctionDef):
        return
    for node in _coroutines(site):
        if isinstance(node, ast.Call) and not isinstance(site.module.parent(node), ast.Await):
            awaited = f"await {site.source(node)}"
            text = awaited if _stands_alone(site, node) else f"({awaited})"
            yield slip("await", 0.9, f"`{_head(site, node)}` is a coroutine; its value is what is wanted.",
                       site.sheet.replace(node, text))  # fmt: skip


def _coroutines(site: Site) -> Iterator[ast.expr]:
    """Where a coroutine came from: the subject, or a local of the statement; the failing call itself first."""
    if site.subject is not None and (not isinstance(site.subject, ast.Name) or shown(site, site.subject).startswith(_COROUTINE)):
        yield origin_of(site, site.subject)
    for node in header(site.statement):
        if isinstance(node, ast.Name) and shown(site, node).startswith(_COROUTINE) and node is not site.subject:
            yield origin_of(site, node)


def _stands_alone(site: Site, node: ast.expr) -> bool:
    parent = site.module.parent(node)
    return isinstance(parent, ast.Assign | ast.Return | ast.AnnAssign | ast.Expr | ast.keyword) or (
        isinstance(parent, ast.Call) and node in parent.args
    )


def _head(site: Site, node: ast.expr) -> str:
    return site.source(node).splitlines()[0]


def awaited_in_vain(site: Site) -> Iterator[Draft]:
    """``await`` of a value that is already there."""
    if site.depth or not _SUPERFLUOUS.match(site.message):
        return
    found = [node for node in header(site.statement) if isinstance(node, ast.Await)]
    if len(found) == 1 and "NoneType" not in site.message:
        text = site.source(found[0].value)
        yield slip("no-await", 0.85, f"`{text.splitlines()[0]}` gives its value at once.", site.sheet.replace(found[0], text))


def wrong_context(site: Site) -> Iterator[Draft]:
    """``with`` for ``async with``, and the other way round."""
    for message, (used, meant) in _CONTEXTS.items():
        if site.depth or message not in site.message or "NoneType" in site.message:
            continue
        if meant == "async with" and not isinstance(site.function, ast.AsyncFunctionDef):
            continue
        node = site.statement
        start = site.sheet.start(node)
        if isinstance(node, ast.With | ast.AsyncWith) and len(node.items) == 1 and site.source(node).startswith(f"{used} "):
            yield slip("context", 0.85, f"`{_head(site, node.items[0].context_expr)}` is entered by `{meant}`.",
                       Replacement(start, start + len(used), meant))  # fmt: skip


def wrong_loop(site: Site) -> Iterator[Draft]:
    """``for`` over an asynchronous generator, ``async for`` over what is none."""
    node = site.statement
    if site.depth or not isinstance(node, ast.For | ast.AsyncFor):
        return
    start = site.sheet.start(node)
    if "'async_generator' object is not iterable" in site.message and isinstance(site.function, ast.AsyncFunctionDef):
        yield slip("loop", 0.85, "An asynchronous generator is walked by `async for`.", Replacement(start, start, "async "))
    elif "__aiter__" in site.message and "NoneType" not in site.message and site.source(node).startswith("async for"):
        yield slip("loop", 0.8, "What is walked here is no asynchronous iterator.", Replacement(start, start + len("async "), ""))


def uncalled(site: Site) -> Iterator[Draft]:
    """A method taken for its result: the parentheses are missing."""
    if site.depth or not _FUNCTIONS & set(types_in(site)):
        return
    taken = [origin_of(site, node) for node in header(site.statement) if isinstance(node, ast.Attribute | ast.Name)]
    for node in taken:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and not _is_called(site, node):
            end = site.sheet.end(node)
            yield slip("call", 0.85, f"`{site.source(node)}` is a method; its result is what is wanted.",
                       Replacement(end, end, "()"))  # fmt: skip


def _is_called(site: Site, node: ast.expr) -> bool:
    parent = site.module.parent(node)
    return isinstance(parent, ast.Call) and parent.func is node


def called_in_vain(site: Site) -> Iterator[Draft]:
    """A property or a plain value that is called."""
    call = site.expression if isinstance(site.expression, ast.Call) else site.module.parent(site.expression or site.statement)
    if site.depth or site.family is not Family.NOT_CALLABLE or not isinstance(call, ast.Call):
        return
    if call.args or call.keywords or not isinstance(call.func, ast.Attribute) or not _PLAIN & set(types_in(site)):
        return
    text = site.source(call.func)
    yield slip("no-call", 0.85, f"`{text}` is a value, not a method.", site.sheet.replace(call, text))


def key_for_attribute(site: Site) -> Iterator[Draft]:
    """``d.name`` of a dict that holds the key; ``o["name"]`` of an object that has the attribute."""
    node = site.expression
    if site.depth:
        return
    if isinstance(node, ast.Attribute) and "'dict' object has no attribute" in site.message:
        held = bool(re.search(rf"['\"]{re.escape(node.attr)}['\"]\s*:", f"{shown(site, node.value)}{site.value or ''}"))
        if held:
            mend = slip if _is_asked_by_key(site, node.value) else mending(site, node.value)
            yield mend("key", 0.85, f"`{site.source(node.value)}` is a dict; `{node.attr}` is one of its keys.",
                       site.sheet.replace(node, f'{site.source(node.value)}["{node.attr}"]'))  # fmt: skip
    kind = _NO_KEYS.match(site.message)
    if isinstance(node, ast.Subscript) and kind and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        name = node.slice.value
        if name.isidentifier() and name in class_attributes(site, kind.group(1)):
            yield mending(site, node.value)("attribute", 0.85, f"`{kind.group(1)}` has an attribute `{name}`, and no keys.",
                       site.sheet.replace(node, f"{atom(site, node.value)}.{name}"))  # fmt: skip


def _is_asked_by_key(site: Site, holder: ast.expr) -> bool:
    """Whether the function itself treats the value as a mapping elsewhere."""
    asked = [
        node.value for node in ast.walk(site.scope) if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
    ]
    return ast.dump(holder) in {ast.dump(value) for value in asked}


def without_self(site: Site) -> Iterator[Draft]:
    """A method that was written without its receiver."""
    match = _NO_SELF.match(site.message)
    if site.family is not Family.WRONG_ARITY or match is None or int(match[4]) != int(match[3]) + 1:
        return
    for owner in site.module.classes:
        for function in owner.body:
            if (
                owner.name == match[1]
                and isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
                and function.name == match[2]
            ):
                yield from _with_receiver(site, function)


def _with_receiver(site: Site, function: Function) -> Iterator[Draft]:
    names = parameter_names(function)
    if function.decorator_list or names[:1] in {("self",), ("cls",)}:
        return
    if any(isinstance(node, ast.Name) and node.id == "self" for node in ast.walk(function)):
        start = site.sheet.text.index("(", site.sheet.start(function)) + 1
        text = "self, " if names else "self"
        yield slip("self", 0.9, f"`{function.name}` uses `self` and does not take it.", Replacement(start, start, text))
    else:
        yield slip("staticmethod", 0.7, f"`{function.name}` needs no receiver and is called on one.",
                   site.sheet.before(function, ["@staticmethod"]))  # fmt: skip


def wrong_keyword(site: Site) -> Iterator[Draft]:
    """A keyword whose name nearly is one of the function's."""
    call, wrong = site.expression, (site.detail or "").strip("'\"")
    if site.depth or site.family is not Family.UNEXPECTED_KEYWORD or not isinstance(call, ast.Call):
        return
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    taken = {keyword.arg for keyword in call.keywords}
    for function in site.module.functions_named("__init__" if name[:1].isupper() else name):
        known = [each for each in parameter_names(function) if each not in taken]
        for close in difflib.get_close_matches(wrong, known, n=1, cutoff=0.7):
            keyword = next((each for each in call.keywords if each.arg == wrong), None)
            if keyword is not None:
                start = site.sheet.offset(keyword.lineno, keyword.col_offset)
                yield slip("keyword", 0.8, f"`{name}` takes `{close}`, not `{wrong}`.",
                           Replacement(start, start + len(wrong), close))  # fmt: skip
