"""Exceptions that the repository raises on purpose: the guard that decided it, and whose value it judged."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence

from paramedic.diagnosis.candidates import callee_name, tail
from paramedic.diagnosis.captured import Missing, Variables
from paramedic.diagnosis.fault import Found
from paramedic.diagnosis.origin import Step
from paramedic.diagnosis.outcomes import guard_of
from paramedic.diagnosis.scene import Scene, source_of, span_of
from paramedic.model.diagnosis import Family, Fault, Location
from paramedic.source.module import Function
from paramedic.source.symbols import SymbolIndex

_RAISERS = frozenset({"raise_from", "reraise", "abort", "fail", "raise_error", "throw"})
_VALIDATING = re.compile(
    r"(?:^|_)(?:validate|check|clean|verify|ensure|require|assert|parse|coerce|normali[sz]e|enforce)", re.IGNORECASE
)
_BUILTINS = frozenset(dir(builtins))
_DOCUMENTED = r"(?::raises?\s+(?:[\w.]+\.)?{name}\b|Raises:?\s(?:.|\n)*?\b{name}\b)"


def raise_at(scene: Scene, exception: str) -> ast.Raise | None:
    """The ``raise`` of that exception on the crash line; None when the line failed in another way.

    A ``raise`` whose own expression failed is not one: ``raise ValueError("x" + None)`` ends in a TypeError.
    """
    statement = scene.statement
    if not isinstance(statement, ast.Raise):
        return None
    raised = statement.exc
    if raised is None:
        return statement
    name = callee_name(raised) if isinstance(raised, ast.Call) else tail(raised)
    if name == exception or not name or name[:1].islower() or name in {"cls", "self"}:
        return statement
    # A local alias or a factory: only a builtin of another name contradicts.
    return None if name.endswith(("Error", "Exception")) else statement


def translated(scene: Scene, statement: ast.Raise) -> bool:
    """Whether the raise only passes on another exception that it caught."""
    return any(isinstance(each, ast.ExceptHandler) for each in _until_function(scene, statement))


def raises_documented_class(scene: Scene, index: SymbolIndex) -> bool:
    """Whether the raised class is the repository's own, with a docstring that says what it stands for."""
    raised = scene.statement.exc if isinstance(scene.statement, ast.Raise) else None
    name = raised.func if isinstance(raised, ast.Call) else raised
    if not isinstance(name, ast.Name | ast.Attribute):
        return False
    defined = index.resolve_name(scene.module.path, ast.unparse(name))
    return defined is not None and isinstance(defined.node, ast.ClassDef) and bool(ast.get_docstring(defined.node))


def unforeseen_none(found: Found) -> bool:
    """Whether a raise on purpose met a None that its guard does not ask for: ``if not isinstance(zone, tzinfo)``."""
    if found.fault.family is not Family.DELIBERATE or found.fault.value != "None":
        return False
    asked = any(isinstance(node, ast.Constant) and node.value is None for node in ast.walk(found.node))
    test = found.node.operand if isinstance(found.node, ast.UnaryOp) else found.node
    return not asked and not isinstance(test, ast.Name | ast.Attribute | ast.Raise)


def _until_function(scene: Scene, node: ast.AST) -> Iterator[ast.AST]:
    for ancestor in scene.module.ancestors(node):
        if isinstance(ancestor, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return
        yield ancestor


def deliberate_fault(scene: Scene, statement: ast.Raise) -> Found:
    """The guard of the raise as the fault, its judged value as the subject; the raise itself where nothing guards it."""
    guard = guard_of(scene.module, statement)
    node: ast.AST = guard[0] if guard else statement
    subject = _judged(scene, node) or node
    value = Variables(scene.mapped.frame).lookup(subject)
    fault = Fault(
        family=Family.DELIBERATE,
        location=Location(scene.module.path, scene.line, scene.mapped.location.function),
        expression=source_of(scene.module, node),
        span=span_of(scene.module, node),
        subject=source_of(scene.module, subject),
        subject_span=span_of(scene.module, subject),
        value=None if isinstance(value, Missing) else value if isinstance(value, str) else repr(value),
        detail=" ".join(source_of(scene.module, statement).split())[:200],
    )
    return Found(fault, node, subject, None, None, 0)


def _judged(scene: Scene, condition: ast.AST) -> ast.AST | None:
    """The value that a condition looks at: a parameter before another local, a name before an attribute."""
    names = [
        node for node in ast.walk(condition) if isinstance(node, ast.Name) and node.id not in {"isinstance", "len", "not", "type"}
    ]
    known = [node for node in names if node.id in scene.mapped.frame.variables or node.id in _parameters(scene.function)]
    own = [node for node in known if node.id not in {"self", "cls"}]
    if own:
        return next((node for node in own if node.id in _parameters(scene.function)), own[0])
    attributes = [node for node in ast.walk(condition) if isinstance(node, ast.Attribute)]
    return attributes[0] if attributes else (names[0] if names else None)


def _parameters(function: Function | None) -> frozenset[str]:
    if function is None:
        return frozenset()
    return frozenset(each.arg for each in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs))


def judges_input(scenes: Sequence[Scene], found: Found, steps: Sequence[Step], exception: str) -> str | None:
    """Why the raise is the right answer to what the caller gave; None where it may be the code that is wrong.

    It is when the judged value came in from outside the repository, or when the function says that it raises this and judges
    a parameter of its own.
    """
    scene = scenes[-1]
    if any(step.outside for step in steps):
        return "the value that it rejects came in from outside this repository"
    judged = found.subject.id if isinstance(found.subject, ast.Name) else ""
    if judged not in _parameters(scene.function) or judged in {"self", "cls"}:
        return None
    if any(_documents(each.function, exception) for each in scenes[-3:]):
        return "its documentation announces this exception for such input"
    if len(scenes) == 1 and scene.function is not None and _VALIDATING.search(scene.function.name):
        return f"`{scene.function.name}` is there to reject such input"
    return None


def asserts_type(test: ast.AST) -> bool:
    return any(isinstance(node, ast.Call) and callee_name(node) in {"isinstance", "callable"} for node in ast.walk(test))


def asserts_contract(scene: Scene, test: ast.AST) -> bool:
    """Whether an assertion with a message asks about the function's parameters alone, through nothing but builtins.

    A helper of the repository that it calls may be what is wrong.
    """
    if not isinstance(scene.statement, ast.Assert) or scene.statement.msg is None:
        return False
    bound = {node.id for node in ast.walk(test) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)} - bound
    return bool(names & _parameters(scene.function)) and names <= _parameters(scene.function) - {"self", "cls"} | _BUILTINS


def _documents(function: Function | None, exception: str) -> bool:
    text = ast.get_docstring(function) if function else None
    return bool(text and re.search(_DOCUMENTED.format(name=re.escape(exception)), text[:4000]))
