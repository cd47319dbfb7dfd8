"""Programs made of what a calling frame's own source shows: the statements that lead to the call, and the call.

This is what outer frames of a service give: ``order = Order.parse(body)`` above ``return price(order)`` says how ``order`` is
made. Handlers are opened up, branches taken as they were taken, loop variables bound to what they held.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import replace

from paramedic.model.diagnosis import Location
from paramedic.reproduction.calls import call_into, statement_at
from paramedic.reproduction.captured import Reference, Value, dotted
from paramedic.reproduction.code import Attempt, Code, Import, names_bound, names_read
from paramedic.reproduction.instances import Instances, Wanted
from paramedic.reproduction.names import Names
from paramedic.reproduction.patching import MOCK, patched
from paramedic.reproduction.recipes import Recipes
from paramedic.reproduction.scene import Scene
from paramedic.reproduction.vetting import builtin

_NEVER_BOUND = frozenset(("self", "cls"))


class Slicer:
    """Attempts from one scene; ``callee`` is the frame that it called."""

    def __init__(self, names: Names, recipes: Recipes, instances: Instances) -> None:
        self._names = names
        self._recipes = recipes
        self._instances = instances

    def attempts(self, scene: Scene, callee: Scene, rank: float) -> Iterator[Attempt]:
        statement = statement_at(scene.body, scene.line)
        if statement is None:
            return
        shown = [copy.deepcopy(node) for node in scene.body]
        whole = leading(shown, scene.line)
        keeping = leading(shown, scene.line, loops=True)
        alone = [_final(copy.deepcopy(statement), scene.line)]
        entry, call = callee.location, call_into(scene, callee)
        subject = _called(call) or callee.qualname
        for offset, (body, captured_first) in enumerate([(whole, False), (keeping, False), (whole, True), (alone, True)]):
            for extra, nodes in enumerate(self._substituted(body, scene, callee)):
                attempt = self._attempt(nodes, scene, captured_first, entry, rank + offset + extra / 2)
                yield replace(attempt, subject=subject)

    def _substituted(self, body: list[ast.stmt], scene: Scene, callee: Scene) -> Iterator[list[ast.stmt]]:
        """The statements as they are, then with arguments of the call as the callee received them."""
        yield body
        call = call_into(scene, callee)
        if isinstance(call, ast.Call):
            replaced = self._received(call, callee)
            if replaced is not None:
                yield [_Replace(call, replaced).visit(copy.deepcopy(node)) for node in body]

    def _received(self, call: ast.Call, callee: Scene) -> ast.Call | None:
        known = received(call, callee)
        new = copy.deepcopy(call)
        changed = False
        for holder, index, value in known:
            code = self._recipes.express(value, callee.path)
            if code is None or code.imports or code.setup:
                continue
            expression = ast.parse(code.text, mode="eval").body
            if holder == "argument":
                new.args[index] = expression
            else:
                new.keywords[index].value = expression
            changed = True
        return new if changed else None

    def _attempt(self, nodes: list[ast.stmt], scene: Scene, captured_first: bool, entry: Location, rank: float) -> Attempt:
        prefix, imports, missing = self._bind(nodes, scene, captured_first)
        imports |= {item for node in nodes for item in _own_imports(node)}
        nodes = [node for node in nodes if not isinstance(node, ast.Import | ast.ImportFrom)]
        kept = [node for node in nodes if not (captured_first and _binds_only(node, set(prefix)))]
        safe = patched(kept, {item.bound for item in imports})
        imports |= {MOCK} if safe != kept else set()
        statements = [*dict.fromkeys(prefix.values()), *(ast.unparse(ast.fix_missing_locations(node)) for node in safe)]
        how = f"the call in {scene.name or 'the caller'}"
        return Attempt(tuple(statements), frozenset(imports), entry, rank + 3 * len(missing), how)

    def _bind(self, nodes: list[ast.stmt], scene: Scene, captured_first: bool) -> tuple[dict[str, str], set[Import], list[str]]:
        """Statements that bind the names which ``nodes`` read but do not bind, the imports for that, and what is missing."""
        prefix: dict[str, str] = {}
        imports: set[Import] = set()
        missing: list[str] = []
        pending, seen = list(names_read(nodes)), set(names_bound(nodes) if not captured_first else ())
        inner, holders = names_bound(nodes), _holders(nodes)
        while pending:
            name = pending.pop(0)
            if name in seen or (name in _NEVER_BOUND and name not in scene.values):
                continue
            seen.add(name)
            found = self._binding(name, scene, name in inner, name in holders)
            if found is None:
                if name not in inner and not builtin(name):
                    missing.append(name)
                continue
            code, definition = found
            imports |= code.imports
            if definition is not None:
                prefix = {name: ast.unparse(definition), **prefix}
                pending += names_read([definition])
                seen |= names_bound(getattr(definition, "body", []))
            elif lines := [*code.setup, *([f"{name} = {code.text}"] if code.text != name else [])]:
                prefix = {**{f"{name}#{number}": line for number, line in enumerate(lines[:-1])}, name: lines[-1], **prefix}
        return prefix, imports, missing

    def _binding(self, name: str, scene: Scene, bound_inside: bool, holder: bool) -> tuple[Code, ast.stmt | None] | None:
        value: Value | None = scene.values.get(name)
        if (
            isinstance(value, Reference)
            and value.kind == "module"
            and value.name.rpartition(".")[2] == name
            and self._names.module(value.name)
        ):
            package = value.name.rpartition(".")[0]
            return Code(name, frozenset((Import(package, name) if package else Import(name),))), None
        if value is not None:
            code = self._recipes.express(value, scene.path)
            if code is not None and not (code.invented and bound_inside):
                return code, None
        if bound_inside:
            return None
        definition = scene.definitions.get(name)
        if isinstance(definition, ast.Import | ast.ImportFrom):
            return self._imported(name, definition), None
        if definition is not None:
            return Code(name), definition
        if builtin(name):
            return None
        near = self._names.near(name, scene.path, holder=holder) if value is None else None
        if near is None and value is not None:
            near = next(iter(self._instances.options(Wanted(name, value, scene))), None)
        return (near, None) if near else None

    @staticmethod
    def _imported(name: str, node: ast.Import | ast.ImportFrom) -> Code:
        for alias in node.names:
            if (alias.asname or alias.name.split(".")[0]) == name:
                module = node.module or "" if isinstance(node, ast.ImportFrom) else alias.name
                member = alias.name if isinstance(node, ast.ImportFrom) else ""
                if isinstance(node, ast.Import) and alias.asname:
                    package, _, last = module.rpartition(".")
                    return Code(name, frozenset((Import(package, last, alias.asname),))) if package else _renamed(module, name)
                return Code(name, frozenset((Import(module, member, alias.asname or ""),)))
        return Code(name)


def _called(call: ast.expr | None) -> str:
    """The name that a call is made by: ``hits`` of ``nx.hits(web)``."""
    name = dotted(call.func) if isinstance(call, ast.Call) else None
    return name.rsplit(".", 1)[-1] if name else ""


def _own_imports(node: ast.stmt) -> list[Import]:
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [Import(node.module or "", alias.name, alias.asname or "") for alias in node.names]
    return [Import(alias.name, "", alias.asname or "") for alias in node.names] if isinstance(node, ast.Import) else []


def _holders(nodes: list[ast.stmt]) -> set[str]:
    """Names used as ``name.attribute``."""
    found = (item.value for node in nodes for item in ast.walk(node) if isinstance(item, ast.Attribute))
    return {item.id for item in found if isinstance(item, ast.Name)}


def _renamed(module: str, alias: str) -> Code:
    return Code(alias, frozenset((Import(module, "", alias),)))


def received(call: ast.Call, callee: Scene) -> list[tuple[str, int, Value]]:
    """What the callee's variables say about each argument of ``call``: (``argument`` or ``keyword``, its index, value)."""
    if callee.parameters is None or any(isinstance(item, ast.Starred) for item in call.args):
        return []
    names = [item.arg for item in (*callee.parameters.posonlyargs, *callee.parameters.args)]
    if callee.owner is not None and names[:1] in (["self"], ["cls"]):
        names = names[1:]
    found: list[tuple[str, int, Value]] = []
    rest = callee.values.get(callee.parameters.vararg.arg) if callee.parameters.vararg else None
    for index in range(len(call.args)):
        if index < len(names) and names[index] in callee.values:
            found.append(("argument", index, callee.values[names[index]]))
        elif index >= len(names) and rest is not None and hasattr(rest, "items") and index - len(names) < len(rest.items):
            found.append(("argument", index, rest.items[index - len(names)]))  # type: ignore[arg-type]
    for index, keyword in enumerate(call.keywords):
        if keyword.arg in callee.values and keyword.arg in [*names, *(item.arg for item in callee.parameters.kwonlyargs)]:
            found.append(("keyword", index, callee.values[keyword.arg]))
    return found


class _Replace(ast.NodeTransformer):
    """Puts ``new`` where ``old`` stands, found by position and text."""

    def __init__(self, old: ast.Call, new: ast.Call) -> None:
        self._key = (old.lineno, old.col_offset, ast.dump(old))
        self._new = new

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if (node.lineno, node.col_offset, ast.dump(node)) == self._key:
            return copy.deepcopy(self._new)
        return self.generic_visit(node)


def _binds_only(node: ast.stmt, names: set[str]) -> bool:
    return isinstance(node, ast.Assign) and bool(bound := names_bound([node])) and bound <= names


def leading(body: list[ast.stmt], line: int, *, loops: bool = False) -> list[ast.stmt]:
    """The statements that ran before ``line`` and the one at it, without the control flow around it.

    A ``with`` stays, a branch is replaced by what was taken, a loop by its body (``loops``: stays).
    """
    kept: list[ast.stmt] = []
    for node in body:
        if node.lineno > line:
            break
        if (node.end_lineno or node.lineno) < line:
            kept.append(node)
        else:
            kept += _entered(node, line, loops)
    return [node for node in kept if not _idle(node)]


def _idle(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass | ast.Global | ast.Nonlocal) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _entered(node: ast.stmt, line: int, loops: bool) -> list[ast.stmt]:
    if isinstance(node, ast.With | ast.AsyncWith):
        new = copy.copy(node)
        new.body = leading(node.body, line, loops=loops) or [*node.body]
        return [new]
    if isinstance(node, ast.For | ast.AsyncFor | ast.While) and loops:
        return [node]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node]
    for part in ("body", "orelse", "finalbody"):
        inner = getattr(node, part, None)
        if inner and inner[0].lineno <= line <= (inner[-1].end_lineno or inner[-1].lineno):
            return leading(inner, line, loops=loops)
    for handler in getattr(node, "handlers", ()):
        if handler.body[0].lineno <= line <= (handler.body[-1].end_lineno or 0):
            return leading(handler.body, line, loops=loops)
    return [_final(node, line)]


def _final(node: ast.stmt, _line: int) -> ast.stmt:
    """The crash statement as an expression statement or a plain one: no ``return``, no header without its use."""
    value: ast.expr | None = None
    if isinstance(node, ast.Return):
        value = node.value
    elif isinstance(node, ast.If | ast.While):
        value = node.test
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield | ast.YieldFrom | ast.Await):
        value = node.value.value
    if isinstance(node, ast.For):
        value = ast.Call(ast.Name("list", ast.Load()), [node.iter], [])
    if value is None:
        return node
    return ast.copy_location(ast.Expr(value), node)
