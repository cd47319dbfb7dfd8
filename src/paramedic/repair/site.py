"""A place where a crash may be repaired: one frame of the stack, or one step of the value's trace."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from paramedic.model.diagnosis import Diagnosis, Family, Location, Span
from paramedic.model.errors import SourceError
from paramedic.model.event import Captured, Event
from paramedic.repair.sheet import Sheet
from paramedic.source.module import Function, ParsedModule
from paramedic.source.tree import SourceTree

DEEPEST = 6
"""Frames looked at, from the crash outwards."""


@dataclass(frozen=True, slots=True)
class Site:
    """One frame. ``statement`` is the innermost one that was running; in the crash frame (``depth`` 0), ``expression`` is
    what raised and ``subject`` the part of it whose value was wrong; further out, ``expression`` is the call."""

    tree: SourceTree
    sheet: Sheet
    function: Function | None
    statement: ast.stmt
    expression: ast.expr | None
    subject: ast.expr | None
    family: Family
    depth: int
    exception: str
    exception_module: str | None
    message: str
    detail: str | None
    value: str | None
    variables: Mapping[str, Captured]
    expected: tuple[str, ...]
    """Exception types that the code which called into the repository handles, as far as the event shows it."""

    @property
    def module(self) -> ParsedModule:
        return self.sheet.module

    @property
    def scope(self) -> Function | ast.Module:
        return self.function or self.module.tree

    def at(self, node: ast.AST) -> Location:
        """Where a node of this module stands."""
        line = getattr(node, "lineno", 1)
        owner = self.module.enclosing(line)
        return Location(self.module.path, line, self.module.qualname(owner) if owner else None)

    @property
    def location(self) -> Location:
        return self.at(self.expression or self.statement)

    def source(self, node: ast.expr | ast.stmt) -> str:
        return self.sheet.source(node)

    @property
    def parameters(self) -> tuple[str, ...]:
        return parameter_names(self.function) if self.function else ()

    @property
    def owner(self) -> ast.ClassDef | None:
        return self.module.enclosing_class(self.function) if self.function else None

    def loop(self) -> ast.For | ast.While | ast.AsyncFor | None:
        """The innermost loop of this function whose body holds the statement."""
        inner: ast.AST = self.statement
        for node in self.module.ancestors(self.statement):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
                return None
            if isinstance(node, ast.For | ast.While | ast.AsyncFor) and inner in node.body:
                return node
            inner = node
        return None

    def bound(self) -> frozenset[str]:
        """Names that surely mean something at the statement: parameters, earlier assignments, module names, builtins."""
        return frozenset((*self.parameters, *_assigned_before(self), *module_names(self.module), *dir(builtins)))


def parameter_names(function: Function) -> tuple[str, ...]:
    """All parameters, in order, with ``*args`` and ``**kwargs``."""
    arguments = function.args
    listed = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return tuple(argument.arg for argument in listed if argument is not None)


def is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def own_nodes(scope: Function | ast.Module) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions and classes defined in it."""
    pending: list[ast.AST] = list(reversed(scope.body))
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            pending.extend(reversed(list(ast.iter_child_nodes(node))))


def module_names(module: ParsedModule) -> frozenset[str]:
    """Names bound at the top level of the module, also under ``if`` and ``try``."""
    found: set[str] = set()
    for node in own_nodes(module.tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
    return frozenset(found)


def _assigned_before(site: Site) -> Iterator[str]:
    if site.function is None:
        return
    for node in own_nodes(site.function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.lineno < site.statement.lineno:
            yield node.id


def used_names(node: ast.AST) -> frozenset[str]:
    """Names that are read in ``node``."""
    return frozenset(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load))


def sites(event: Event, diagnosis: Diagnosis, tree: SourceTree) -> Iterator[Site]:
    """The crash frame first, then its callers."""
    frames = sorted(diagnosis.frames, key=lambda mapped: mapped.index, reverse=True)[:DEEPEST]
    for depth, mapped in enumerate(frames):
        called = frames[depth - 1].location.function if depth else None
        site = _site(event, diagnosis, tree, mapped.location, mapped.frame.variables, depth, called)
        if site is not None:
            yield site
            if depth == 1 and diagnosis.family is Family.MISSING_KEY and _is_lookup(called):
                yield from _looking_up(site)


def _is_lookup(called: str | None) -> bool:
    return (called or "").rsplit(".", 1)[-1] in {"__getitem__", "__missing__", "__delitem__"}


def _looking_up(site: Site) -> Iterator[Site]:
    """The same frame as the one that crashed: a mapping of the repository's own gave the KeyError that a dict would have given
    here."""
    for node in ast.walk(site.statement):
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice) and _may_be_key(site, node.slice):
            yield replace(site, expression=node, subject=node.value, depth=0)


def _may_be_key(site: Site, node: ast.expr) -> bool:
    wanted = (site.detail or site.message).strip("'\"")
    if isinstance(node, ast.Constant):
        return str(node.value) == wanted
    return not isinstance(node, ast.Name) or str(site.variables.get(node.id, wanted)).strip("'\"") == wanted


def origins(event: Event, diagnosis: Diagnosis, tree: SourceTree) -> Iterator[Site]:
    """Statements off the stack that the trace of the bad value names, one call away from it (``depth`` 1)."""
    running = {(mapped.location.file, mapped.location.function) for mapped in diagnosis.frames}
    for hop in diagnosis.trace:
        if (hop.location.file, hop.location.function) not in running:
            site = _site(event, diagnosis, tree, hop.location, {}, 1, None)
            if site is not None:
                yield site


def _site(
    event: Event,
    diagnosis: Diagnosis,
    tree: SourceTree,
    location: Location,
    variables: Mapping[str, Captured],
    depth: int,
    called: str | None,
) -> Site | None:
    try:
        module = tree.module(location.file)
    except SourceError:
        return None
    sheet = Sheet(module)
    fault = diagnosis.fault
    expression: ast.expr | None = None
    subject: ast.expr | None = None
    if depth == 0 and fault is not None and fault.location.file == location.file:
        expression = node_at(sheet, fault.span)
        subject = _walked(node_at(sheet, fault.subject_span)) if fault.subject_span else None
    elif called:
        expression = _call_of(module, location.line, called.rsplit(".", 1)[-1])
    statement = _statement_of(module, expression, location.line)
    crash = event.crash
    if statement is None or crash is None:
        return None
    return Site(
        tree=tree,
        sheet=sheet,
        function=_function_of(module, statement),
        statement=statement,
        expression=expression,
        subject=subject if subject is not None else expression,
        family=diagnosis.family,
        depth=depth,
        exception=crash.type.rsplit(".", 1)[-1],
        exception_module=crash.module,
        message=crash.value,
        detail=fault.detail if fault else None,
        value=fault.value if fault else None,
        variables=variables,
        expected=expected_errors(event, diagnosis),
    )


def _walked(node: ast.expr | None) -> ast.expr | None:
    """What a comprehension walks, which is evaluated before it."""
    if isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp):
        return node.generators[0].iter
    return node


def node_at(sheet: Sheet, span: Span) -> ast.expr | None:
    """The expression with exactly this span; the outermost where several share it."""
    try:
        start = sheet.line_start(span.line) + span.column
        end = sheet.line_start(span.end_line) + span.end_column
    except IndexError:
        return None
    for node in sheet.module.nodes:
        if isinstance(node, ast.expr) and node.lineno == span.line and (sheet.start(node), sheet.end(node)) == (start, end):
            return node
    return None


def _call_of(module: ParsedModule, line: int, name: str) -> ast.expr | None:
    """The call on ``line`` that went into the function ``name``, or the only one there is."""
    calls = [node for node in module.nodes if isinstance(node, ast.Call) and node.lineno <= line <= (node.end_lineno or line)]
    named = [call for call in calls if _callee(call) == name]
    if named:
        return named[-1]
    return calls[0] if len(calls) == 1 else None


def _callee(call: ast.Call) -> str | None:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else None


def _statement_of(module: ParsedModule, expression: ast.expr | None, line: int) -> ast.stmt | None:
    if expression is None:
        return module.statement_at(line)
    return next((node for node in module.ancestors(expression) if isinstance(node, ast.stmt)), None)


def _function_of(module: ParsedModule, statement: ast.stmt) -> Function | None:
    for node in module.ancestors(statement):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return node
        if isinstance(node, ast.ClassDef):
            return None
    return None


def expected_errors(event: Event, diagnosis: Diagnosis) -> tuple[str, ...]:
    """Types named by ``except`` around the call into the repository, read from the calling frame's context lines."""
    crash = event.crash
    if crash is None or not diagnosis.frames:
        return ()
    first = min(mapped.index for mapped in diagnosis.frames)
    if not 0 < first <= len(crash.frames):
        return ()
    caller = crash.frames[first - 1]
    line = caller.context_line or ""
    indent = len(line) - len(line.lstrip())
    for text in caller.post_context:
        stripped = text.strip()
        if stripped.startswith("except") and len(text) - len(text.lstrip()) < indent:
            return _handled(stripped)
    return ()


def _handled(text: str) -> tuple[str, ...]:
    try:
        handler = ast.parse(f"try:\n pass\n{text.split(':', maxsplit=1)[0]}:\n pass").body[0]
    except SyntaxError:
        return ()
    kinds = handler.handlers[0].type if isinstance(handler, ast.Try) else None
    listed = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds] if kinds else []
    return tuple(ast.unparse(kind).rsplit(".", 1)[-1] for kind in listed)
