"""What other functions of the module do before they use the same thing: the strongest precedent there is."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from paramedic.repair.draft import Draft
from paramedic.repair.exits import is_empty
from paramedic.repair.guards import conditions, is_pure
from paramedic.repair.site import Site, own_nodes, used_names
from paramedic.source.module import Function

SAME_SOURCE = 0.95
SAME_NAME = 0.7
OTHER_VALUE = 0.6
REFUSAL = 0.45
OTHERWISE = 0.75


def guarded(site: Site) -> Iterator[Draft]:
    """The guard of a sibling that tests the same expression, with the sibling's own way to leave."""
    if site.depth or site.subject is None or not is_pure(site.subject) or not site.sheet.alone(site.statement):
        return
    guards = list(_guards(site))
    for sibling, guard in guards:
        draft = _draft(site, sibling, guard, guard.body[0])
        if draft is not None:
            yield replace(draft, weight=draft.weight * _support(site, guard.body[0], guards))


def _support(site: Site, leave: ast.stmt, guards: Sequence[tuple[Function, ast.If]]) -> float:
    """The part of its weight that a way to leave keeps, by how many neighbours leave so."""
    # Methods of the same name in other classes do the same work; where they differ, most of them are followed.
    votes = Counter(_plain(site.source(guard.body[0])) for sibling, guard in guards if _is_namesake(site, sibling))
    return 1.0 if votes[_plain(site.source(leave))] == max(votes.values(), default=0) else OTHERWISE


def _guards(site: Site) -> Iterator[tuple[Function, ast.If]]:
    """``if <it is unusable>: <leave>`` in other functions of the module."""
    known = {_plain(condition.text) for condition in conditions(site)} | _emptiness(site)
    bound = site.bound()
    for sibling in site.module.functions():
        if not isinstance(sibling, ast.FunctionDef | ast.AsyncFunctionDef) or sibling is site.function:
            continue
        for guard in own_nodes(sibling):
            if not isinstance(guard, ast.If) or guard.orelse or len(guard.body) != 1:
                continue
            leave = guard.body[0]
            if _plain(site.source(guard.test)) in known and _leaves(leave) and used_names(leave) <= bound:
                yield sibling, guard


def _is_namesake(site: Site, sibling: Function) -> bool:
    return site.function is not None and sibling.name == site.function.name


def _draft(site: Site, sibling: Function, guard: ast.If, leave: ast.stmt) -> Draft | None:
    test, line = site.source(guard.test), site.source(leave)
    name = site.module.qualname(sibling)
    weight = SAME_SOURCE if _same_origin(site, sibling) else SAME_NAME
    if isinstance(leave, ast.Return) and not is_empty(leave.value):
        # A value of the sibling's own is less likely to be this function's answer than one that stands for nothing.
        weight *= OTHER_VALUE
    if isinstance(leave, ast.Return) and _is_foreign(site, leave):
        return None
    if isinstance(leave, ast.Raise):
        # Whether this function should refuse what its sibling refuses is seldom as clear as that both have nothing to give.
        weight *= REFUSAL
    return Draft(
        shape="sibling-guard",
        replacements=(site.sheet.before(site.statement, [f"if {test}:", f"{site.sheet.step()}{line}"]),),
        weight=weight,
        rationale=f"As `{name}` does: when `{test}`, `{' '.join(line.split())}`.",
        precedent=site.at(guard),
        answer=_error_of(leave),
        gives=site.source(leave.value) if isinstance(leave, ast.Return) and leave.value else "",
        leaves="" if isinstance(leave, ast.Raise) else line,
    )


def _is_foreign(site: Site, leave: ast.Return) -> bool:
    """Whether the sibling's value is of another type than what this function surely returns: nothing found is ``""`` to the
    one and ``[]`` to the other."""
    if site.function is None or leave.value is None:
        return False
    own = {_kind(node.value) for node in own_nodes(site.function) if isinstance(node, ast.Return) and node.value} - {None, "none"}
    given = _kind(leave.value)
    return bool(own) and given not in {None, "none"} and given not in own


def _kind(value: ast.expr) -> str | None:
    """The type that an expression surely has, numbers being one; None when its text does not say."""
    if isinstance(value, ast.Constant):
        return "none" if value.value is None else _KINDS.get(type(value.value).__name__)
    if isinstance(value, ast.Call):
        name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        return _RESULTS.get(name)
    return _DISPLAYS.get(type(value))


_KINDS = {"str": "str", "bytes": "bytes", "bool": "bool", "int": "number", "float": "number"}
_DISPLAYS: dict[type[ast.expr], str] = {
    ast.JoinedStr: "str",
    ast.List: "list",
    ast.ListComp: "list",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.Tuple: "tuple",
    ast.Compare: "bool",
}
_RESULTS = {
    **dict.fromkeys(("split", "rsplit", "splitlines", "list", "sorted", "findall"), "list"),
    **dict.fromkeys(("upper", "lower", "strip", "lstrip", "rstrip", "title", "join", "format", "capitalize", "str"), "str"),
    **dict.fromkeys(("len", "int", "float", "round"), "number"),
    **dict.fromkeys(("dict",), "dict"),
    **dict.fromkeys(("set",), "set"),
    **dict.fromkeys(("tuple",), "tuple"),
}


def _emptiness(site: Site) -> set[str]:
    """Tests that say the same of a size: dividing by ``len(x)`` fails exactly when ``not x``."""
    subject = site.subject
    if (
        isinstance(subject, ast.Call)
        and isinstance(subject.func, ast.Name)
        and subject.func.id == "len"
        and len(subject.args) == 1
    ):
        inner = site.source(subject.args[0])
        return {f"not {inner}", f"len({inner}) == 0", f"{inner} == []"}
    return set()


def _plain(text: str) -> str:
    return " ".join(text.replace("(", " ( ").replace(")", " ) ").split())


def _leaves(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Return | ast.Raise)


def _error_of(statement: ast.stmt) -> str:
    raised = statement.exc if isinstance(statement, ast.Raise) else None
    if isinstance(raised, ast.Call):
        raised = raised.func
    return raised.attr if isinstance(raised, ast.Attribute) else raised.id if isinstance(raised, ast.Name) else ""


def _same_origin(site: Site, sibling: Function) -> bool:
    """Whether the tested name comes from the same place in both: the same parameter, or the same assignment."""
    names = {node.id for node in ast.walk(site.subject) if isinstance(node, ast.Name)} if site.subject else set()
    if site.function is None or not names:
        return False
    return all(_origin(site.function, name) & _origin(sibling, name) for name in names - {"len"})


def _origin(function: Function, name: str) -> set[str]:
    arguments = function.args
    listed = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    found = {f"parameter {ast.unparse(arg.annotation) if arg.annotation else ''}" for arg in listed if arg.arg == name}
    for node in own_nodes(function):
        if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
            found.add(ast.unparse(node.value))
    return found
