"""What the data model asks of special methods."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from paramedic.model.diagnosis import Family
from paramedic.repair.draft import Draft
from paramedic.repair.site import Site, is_docstring

_BINARY = frozenset(
    [
        "__eq__",
        "__ne__",
        "__lt__",
        "__le__",
        "__gt__",
        "__ge__",
        "__add__",
        "__sub__",
        "__mul__",
        "__and__",
        "__or__",
        "__xor__",
        "__truediv__",
        "__radd__",
        "__iadd__",
    ]
)
_FAMILIES = frozenset(
    (
        Family.MISSING_ATTRIBUTE,
        Family.WRONG_TYPE,
        Family.NONE_ATTRIBUTE,
        Family.BAD_CONVERSION,
        Family.NONE_ARGUMENT,
        Family.UNPACK,
    )
)


def not_implemented(site: Site) -> Iterator[Draft]:
    """A binary special method answers ``NotImplemented`` for an operand that it does not know."""
    function = site.function
    if function is None or function.name not in _BINARY or site.family not in _FAMILIES or site.depth > 1:
        return
    if len(site.parameters) != 2 or site.owner is None:
        return
    other = site.parameters[1]
    first = next((node for node in function.body if not is_docstring(node)), None)
    if first is None or not site.sheet.alone(first):
        return
    for kind, weight in _kinds(site.owner):
        yield Draft(
            shape="not-implemented",
            replacements=(
                site.sheet.before(first, [f"if not isinstance({other}, {kind}):", f"{site.sheet.step()}return NotImplemented"]),
            ),
            weight=weight,
            rationale="A comparison with something else is not this type's to decide: the data model asks for NotImplemented.",
            precedent=site.at(function),
        )


def _kinds(owner: ast.ClassDef) -> Iterator[tuple[str, float]]:
    """The widest type that the method can work with comes first: a builtin base, else the class itself."""
    builtin = [ast.unparse(base) for base in owner.bases if ast.unparse(base).rsplit(".", 1)[-1] in _BUILTIN]
    for name in builtin:
        yield _BUILTIN[name.rsplit(".", 1)[-1]], 0.85
    yield owner.name, 0.5 if builtin else 0.75


_BUILTIN = {
    "dict": "dict",
    "OrderedDict": "dict",
    "defaultdict": "dict",
    "list": "list",
    "tuple": "tuple",
    "str": "str",
    "set": "set",
    "int": "int",
    "float": "float",
    "bytes": "bytes",
    "frozenset": "frozenset",
}
