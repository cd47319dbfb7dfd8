"""What leaving a function early would leave undone.

That a neighbour answers nothing with nothing says how this code *answers*; it does not say that work may be skipped, a payment
missed or a permission given. A change that leaves before such work is never more than a stop-gap.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from paramedic.repair.site import Site, own_nodes
from paramedic.source.module import Function


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DEEPEST = 3
_ACTING = _words("""
    add apply append approve assign book buy cancel capture charge clear close commit complete create credit debit
    delete deliver deposit disable dispatch drop emit enable enqueue execute extend flush grant insert invoke issue
    kill lock mark merge move notify pay persist post process publish purge push put record refund register release
    remove rename reserve reset revoke run save schedule send set settle ship start stop store submit subscribe sync
    transfer trigger unlock update upload withdraw write delay apply_async send_task unlink mkdir
""")
_JUDGING = _words("validate check verify authenticate authorize authorise ensure require enforce assert")
_DECIDING = _words("may can is has should must allow allows allowed permit permits")
_TELLING = _words("debug info warning warn error exception critical log print")
_TOUCHING = _words("open input exec eval setattr delattr")
_MADE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Constant, ast.JoinedStr, ast.Tuple)
_MAKERS = _words("list dict set tuple bytearray defaultdict OrderedDict Counter deque StringIO BytesIO")


def leaves_undone(site: Site, leave: str) -> bool:
    """Whether ``leave`` (``return 0``, ``continue``) before the statement skips what others would see, passes what the function
    is there to refuse, or grants what it is asked to decide."""
    if site.function is None:
        return False
    verb = _verb(site.function.name)
    if verb in _JUDGING or (verb in _DECIDING and leave == "return True"):
        return True
    return any(_acts(site, site.function, node, 0) for node in _rest(site))


def _rest(site: Site) -> Iterator[ast.AST]:
    if site.function is not None:
        yield from (node for node in own_nodes(site.function) if getattr(node, "lineno", 0) >= site.statement.lineno)


def _verb(name: str) -> str:
    return re.split(r"_|(?<=[a-z])(?=[A-Z])", name.strip("_"), maxsplit=1)[0].lower()


def _acts(site: Site, function: Function, node: ast.AST, depth: int) -> bool:
    if isinstance(node, ast.Global | ast.Nonlocal):
        return True
    if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        return _root(node) not in _own(function)
    return isinstance(node, ast.Call) and _call_acts(site, function, node, depth)


def _call_acts(site: Site, function: Function, call: ast.Call, depth: int) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in _TELLING:
        return False
    if isinstance(call.func, ast.Name):
        if hasattr(builtins, name):
            return name in _TOUCHING
        called = [each for each in site.module.functions_named(name) if site.module.enclosing_class(each) is None]
        if called and depth < _DEEPEST:
            return any(_acts(site, called[0], node, depth + 1) for node in own_nodes(called[0]))
    elif _root(call.func) in _own(function):
        return False
    return name in _ACTING or _verb(name) in _ACTING or isinstance(site.module.parent(call), ast.Expr)


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _own(function: Function) -> frozenset[str]:
    """Locals that hold what the function made itself, which nobody else sees before it is returned."""
    found = set()
    for node in own_nodes(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            value = node.value
            made = isinstance(value, ast.Call) and getattr(value.func, "id", getattr(value.func, "attr", "")) in _MAKERS
            if made or isinstance(value, _MADE):
                found.add(node.targets[0].id)
    return frozenset(found)
