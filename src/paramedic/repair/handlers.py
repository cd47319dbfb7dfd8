"""Exceptions: handlers that nearly fit, handlers that siblings have, and translation to the module's own error."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from paramedic.model.diagnosis import Family, Location
from paramedic.repair.draft import Draft
from paramedic.repair.echo import PREFERRED
from paramedic.repair.errors import error_name, own_errors
from paramedic.repair.exits import exits
from paramedic.repair.imports import naming
from paramedic.repair.sheet import Replacement
from paramedic.repair.site import Site, used_names

INPUT_FAMILIES = frozenset(
    (
        Family.BAD_CONVERSION,
        Family.OVERFLOW,
        Family.BAD_ENCODING,
        Family.UNHASHABLE,
        Family.WRONG_TYPE,
        Family.NONE_ARGUMENT,
        Family.MISSING_KEY,
        Family.INDEX_OUT_OF_RANGE,
        Family.NOT_FOUND_IN_SEQUENCE,
        Family.MISSING_ATTRIBUTE,
        Family.STOP_ITERATION,
        Family.OBJECT_NOT_FOUND,
        Family.OTHER,
        Family.UNPACK,
        Family.NONE_ATTRIBUTE,
        Family.ZERO_DIVISION,
        Family.ASSERTION,
    )
)
_CONVERSIONS = frozenset(
    (
        Family.OBJECT_NOT_FOUND,
        Family.BAD_CONVERSION,
        Family.OVERFLOW,
        Family.BAD_ENCODING,
        Family.UNHASHABLE,
        Family.NONE_ARGUMENT,
    )
)
_SLIPS = frozenset(("TypeError", "AttributeError", "KeyError", "IndexError", "NameError"))
_KIN = {
    "OverflowError": {"ValueError", "TypeError", "ArithmeticError"},
    "ValueError": {"TypeError", "KeyError", "IndexError", "AttributeError", "OverflowError"},
    "TypeError": {"ValueError", "AttributeError", "KeyError"},
    "AttributeError": {"TypeError", "KeyError", "ValueError", "UnsupportedOperation"},
    "KeyError": {"IndexError", "ValueError", "AttributeError", "TypeError"},
    "IndexError": {"KeyError", "ValueError", "TypeError"},
    "InvalidOperation": {"ValueError", "TypeError"},
    "UnicodeDecodeError": {"LookupError", "ValueError"},
}


def widened(site: Site) -> Iterator[Draft]:
    """An ``except`` around the statement that lets just this type through."""
    name, extra = naming(site, site.exception, site.exception_module)
    if name is None or site.family not in INPUT_FAMILIES:
        return
    for distance, node in enumerate(_tries(site)):
        for handler in node.handlers:
            if handler.type is None or catches(handler, site.exception):
                continue
            kinds = _kinds(handler)
            kin = bool(kinds & _KIN.get(site.exception, set()))
            # A handler for one statement alone was written for what that statement may do.
            apart = 0.58 if len(node.body) == 1 and distance == 0 else 0.45
            weight = (0.8 if kin else apart) * (1.0 if distance == 0 else 0.7) * (1.0 if len(node.handlers) == 1 or kin else 0.6)
            draft = Draft(
                shape="widen-except",
                replacements=(_with_kind(site, handler.type, name), *extra),
                weight=weight,
                rationale=f"The handler for {', '.join(sorted(kinds))} answers the same bad input; it misses {site.exception}.",
                precedent=None if _is_silent(handler) else site.at(handler),
                answer=_answer(handler),
            )
            yield draft
            twins = [twin.type for twin in _twins(site, node, handler) if twin.type is not None]
            if twins:
                changes = tuple(_with_kind(site, twin, name) for twin in twins)
                yield replace(draft, replacements=(*draft.replacements, *changes), weight=weight * PREFERRED)


def _twins(site: Site, guarded: ast.Try, handler: ast.ExceptHandler) -> Iterator[ast.ExceptHandler]:
    """Handlers of the same class for the same exceptions, over statements that differ in names and constants only."""
    pattern, kinds = _pattern(guarded.body), _kinds(handler)
    for node in ast.walk(site.owner) if site.owner else ():
        if isinstance(node, ast.Try) and node is not guarded and _pattern(node.body) == pattern:
            yield from (twin for twin in node.handlers if _kinds(twin) == kinds)


def _pattern(body: Sequence[ast.stmt]) -> str:
    return re.sub(r"(id|attr|value)='[^']*'", r"\1=_", "".join(ast.dump(node) for node in body))


def _with_kind(site: Site, kinds: ast.expr, name: str) -> Replacement:
    if isinstance(kinds, ast.Tuple) and kinds.elts:
        end = site.sheet.end(kinds.elts[-1])
        return Replacement(end, end, f", {name}")
    return site.sheet.replace(kinds, f"({site.source(kinds)}, {name})")


def _tries(site: Site) -> Iterator[ast.Try]:
    """The ``try`` statements of this function that hold the statement in their body, from the inside."""
    inner: ast.AST = site.statement
    for node in site.module.ancestors(site.statement):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            return
        if isinstance(node, ast.Try) and any(inner is held for held in node.body):
            yield node
        inner = node


def _kinds(handler: ast.ExceptHandler) -> set[str]:
    listed = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
    return {
        node.attr if isinstance(node, ast.Attribute) else node.id for node in listed if isinstance(node, ast.Attribute | ast.Name)
    }


def catches(handler: ast.ExceptHandler, exception: str) -> bool:
    kinds = _kinds(handler)
    if handler.type is None or kinds & {exception, "Exception", "BaseException"}:
        return True
    raised = getattr(builtins, exception, None)
    caught = [getattr(builtins, kind, None) for kind in kinds]
    return isinstance(raised, type) and any(isinstance(kind, type) and issubclass(raised, kind) for kind in caught)


def _answer(handler: ast.ExceptHandler) -> str:
    """The error that a handler's last statement raises, "" when it goes on."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise) or (isinstance(last, ast.Expr) and isinstance(last.value, ast.Call)):
        name = error_name(last)
        return name if name and (isinstance(last, ast.Raise) or name in {"fail", "raise_from", "reraise"}) else ""
    return ""


def copied(site: Site) -> Iterator[Draft]:
    """``try`` around the statement, with the handler that this function, its class or its siblings use for such input."""
    name, extra = naming(site, site.exception, site.exception_module)
    if name is None or site.family not in INPUT_FAMILIES or not _can_wrap(site):
        return
    for handler, weight in _precedents(site):
        body = _handler_body(site, handler)
        if body is None:
            continue
        header = f"except {name} as {handler.name}:" if handler.name else f"except {name}:"
        place = site.module.qualname(site.module.enclosing(handler.lineno) or handler)
        yield Draft(
            shape="copy-handler",
            replacements=(_wrapped(site, [header, *body]), *extra),
            weight=weight * (1.0 if site.family in _CONVERSIONS else 0.7),
            rationale=f"`{place}` handles such input in the same way.",
            # A handler that does nothing shows only that somebody once looked away.
            precedent=None if _is_silent(handler) else site.at(handler),
            answer=_answer(handler),
            gives=_given(site, handler.body[-1]),
            leaves=site.source(handler.body[-1]) if isinstance(handler.body[-1], ast.Return | ast.Continue | ast.Break) else "",
        )


def _given(site: Site, last: ast.stmt) -> str:
    value = last.value if isinstance(last, ast.Return | ast.Assign | ast.AnnAssign) else None
    return site.source(value) if value is not None else ""


def _is_silent(handler: ast.ExceptHandler) -> bool:
    return all(isinstance(node, ast.Pass) for node in handler.body)


def _precedents(site: Site) -> Iterator[tuple[ast.ExceptHandler, float]]:
    bound = site.bound()
    for node in site.module.nodes:
        if not isinstance(node, ast.ExceptHandler) or not _kinds(node):
            continue
        if not used_names(node) - ({node.name} if node.name else set()) <= bound:
            continue
        weight = _handler_weight(site, node)
        if weight >= 0.3:
            yield node, weight


def _handler_weight(site: Site, handler: ast.ExceptHandler) -> float:
    same_kind = site.exception.rpartition(".")[2] in _kinds(handler)
    kin = bool(_kinds(handler) & _KIN.get(site.exception, set()))
    if not same_kind and not kin:
        return 0.0
    if same_kind and _is_twin(site, handler):
        return 0.9
    weight = 0.7 if same_kind else 0.45
    if _answer(handler) in site.expected and site.expected:
        weight += 0.25
    return weight * _closeness(site, handler)


def _is_twin(site: Site, handler: ast.ExceptHandler) -> bool:
    """Whether what the handler watches over is the call that failed: the same method of the same thing, or the same function
    on an argument of the same name."""
    guarded = site.module.parent(handler)
    if not isinstance(guarded, ast.Try) or not isinstance(site.expression, ast.Call):
        return False
    failed = site.expression
    wanted = {ast.dump(failed)}
    method = ast.dump(failed.func) if isinstance(failed.func, ast.Attribute) else ""
    calls = [node for held in guarded.body for node in ast.walk(held) if isinstance(node, ast.Call)]
    return any(ast.dump(node) in wanted or ast.dump(node.func) == method for node in calls)


def _closeness(site: Site, handler: ast.ExceptHandler) -> float:
    owner = site.module.enclosing(handler.lineno)
    if owner is None or site.function is None:
        return 0.0
    if owner is site.function:
        return 1.0
    if owner.name == site.function.name:
        return 0.95
    return 0.7 if site.owner is not None and site.module.enclosing_class(owner) is site.owner else 0.45


def _can_wrap(site: Site) -> bool:
    simple = isinstance(site.statement, ast.Assign | ast.Return | ast.Expr | ast.AugAssign | ast.AnnAssign | ast.If)
    return simple and site.sheet.alone(site.statement) and not site.sheet.holds_multiline_string(site.statement)


def _wrapped(site: Site, handler: Sequence[str]) -> Replacement:
    step = site.sheet.step()
    body = [f"{step}{line}" if line.strip() else line for line in site.sheet.body(site.statement)]
    return site.sheet.whole(site.statement, site.statement, ["try:", *body, *handler])


def _handler_body(site: Site, handler: ast.ExceptHandler) -> list[str] | None:
    """The handler's body, one level in; None when it cannot stand at the statement."""
    if handler.body[0].lineno == handler.lineno or len(handler.body) > 3:
        return None
    leaves = {type(node) for statement in handler.body for node in ast.walk(statement)}
    if leaves & {ast.Continue, ast.Break} and site.loop() is None:
        return None
    step = site.sheet.step()
    return [f"{step}{line}" for line in site.sheet.body(handler.body[0], handler.body[-1])]


def translated(site: Site) -> Iterator[Draft]:
    """``except <what was raised>: raise <the module's own error>``."""
    name, extra = naming(site, site.exception, site.exception_module)
    if name is None or site.family not in INPUT_FAMILIES or not _can_wrap(site) or isinstance(site.statement, ast.If):
        return
    step = site.sheet.step()
    for error in own_errors(site):
        if error.name == site.exception:
            continue
        # A builtin that usually means a slip of the programmer's is rarely how bad input is meant to be reported.
        slip = 0.6 if error.name in _SLIPS else 1.0
        cause = " from error" if error.statement.startswith("raise ") else ""
        header = f"except {name} as error:" if cause else f"except {name}:"
        yield Draft(
            shape="translate",
            replacements=(_wrapped(site, [header, f"{step}{error.statement}{cause}"]), *extra),
            weight=error.weight * slip * (0.8 if site.family in _CONVERSIONS else 0.5),
            rationale=f"Bad input is reported as `{error.name}` here; {site.exception} is the same news in other words.",
            precedent=error.precedent,
            answer=error.name,
        )


def fallback(site: Site) -> Iterator[Draft]:
    """``except <what was raised>``, with what the function gives when it has nothing, or with what follows anyway."""
    name, extra = naming(site, site.exception, site.exception_module)
    if name is None or site.depth > 2 or site.family not in INPUT_FAMILIES or not _can_wrap(site):
        return
    step = site.sheet.step()
    if isinstance(site.statement, ast.If) and _may_fall_through(site):
        yield Draft(
            shape="skip-test",
            replacements=(_wrapped(site, [f"except {name}:", f"{step}pass"]), *extra),
            weight=0.7 if site.family is Family.UNHASHABLE else 0.3,
            rationale="A value that cannot even be looked up matches none of these cases; what follows is for such values.",
            precedent=_next_statement(site) if site.family is Family.UNHASHABLE else None,
        )
        return
    for leave in exits(site)[:3]:
        yield Draft(
            shape="except-return",
            replacements=(_wrapped(site, [f"except {name}:", f"{step}{leave.line}"]), *extra),
            weight=leave.weight * (0.5 if site.family in _CONVERSIONS else 0.4),
            rationale=f"On {site.exception}, leave as this code does elsewhere: {leave.why}.",
            precedent=leave.precedent,
            gives=leave.line.removeprefix("return").strip() if leave.line.startswith("return") else "",
            leaves=leave.line,
        )


def _may_fall_through(site: Site) -> bool:
    return _next_statement(site) is not None


def _next_statement(site: Site) -> Location | None:
    parent = site.module.parent(site.statement)
    body = getattr(parent, "body", [])
    if site.statement not in body:
        return None
    at = body.index(site.statement)
    return site.at(body[at + 1]) if at + 1 < len(body) else None
