"""A value of the wrong type made into the right one, as this code does with its siblings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from paramedic.model.diagnosis import Family, Location
from paramedic.repair.draft import Draft
from paramedic.repair.site import Site, own_nodes

_CONCATENATE = re.compile(r'can only concatenate (\w+) \(not "(\w+)"\) to (\w+)')
_OPERANDS = re.compile(r"unsupported operand type\(s\) for \+=?: '(\w+)' and '(\w+)'")
_NOT_TEXT = re.compile(r"a bytes-like object is required, not 'str'|must be str, not bytes|expected str instance, (\w+) found")


def conversions(site: Site) -> Iterator[Draft]:
    """Concatenations of unlike things."""
    if site.depth or site.family not in {Family.WRONG_TYPE, Family.NONE_OPERATION}:
        return
    node = site.expression
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _concatenated(site, node)
    if isinstance(node, ast.Call):
        yield from _streamed(site, node)
        yield from _joined(site, node)


def _concatenated(site: Site, node: ast.BinOp) -> Iterator[Draft]:
    left, right = _kinds(site.message)
    if {left, right} == {"list", "tuple"}:
        yield from _to_list(site, node, left)
    elif "str" in {left, right} and {left, right} & {"int", "float", "bool", "Decimal", "UUID"}:
        other, text = (node.right, node.left) if left == "str" else (node.left, node.right)
        yield Draft(
            shape="to-text",
            replacements=(site.sheet.replace(other, f"str({site.source(other)})"),),
            weight=0.6,
            rationale="The other operand is text.",
            # Only where text is plainly being put together; two variables may as well be meant as numbers.
            precedent=site.at(node) if _holds_text(text) else None,
        )
        yield from _message_of_error(site, other)
    elif {left, right} == {"str", "bytes"}:
        other = node.right if right == "bytes" else node.left
        yield Draft(
            shape="decode",
            replacements=(site.sheet.replace(other, f"{site.source(other)}.decode()"),),
            weight=0.4,
            rationale="The other operand is text.",
            precedent=_idiom(site, ".decode("),
        )


def _holds_text(node: ast.expr) -> bool:
    return any(isinstance(part, ast.JoinedStr) or _is_text(part) for part in ast.walk(node))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and not node.value.isdigit()


def _kinds(message: str) -> tuple[str, str]:
    if match := _CONCATENATE.search(message):
        return match.group(3), match.group(2)
    if match := _OPERANDS.search(message):
        return match.group(1), match.group(2)
    return "", ""


def _to_list(site: Site, node: ast.BinOp, left: str) -> Iterator[Draft]:
    precedent = _idiom(site, "list(")
    both = (
        site.sheet.replace(node.left, f"list({site.source(node.left)})"),
        site.sheet.replace(node.right, f"list({site.source(node.right)})"),
    )
    yield Draft(
        shape="to-list",
        replacements=both,
        weight=0.8,
        rationale="Either side may be a list or a tuple.",
        precedent=precedent or site.at(node),
    )
    other = node.right if left == "list" else node.left
    yield Draft(
        shape="to-list",
        replacements=(site.sheet.replace(other, f"list({site.source(other)})"),),
        weight=0.55,
        rationale="The other side is a list.",
        precedent=precedent,
    )


def _message_of_error(site: Site, node: ast.expr) -> Iterator[Draft]:
    """``error.args[0]`` need not be text; ``str(error)`` always is."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "args":
        yield Draft(
            shape="to-text",
            replacements=(site.sheet.replace(node, f"str({site.source(node.value.value)})"),),
            weight=0.8,
            rationale="The first argument of an exception need not be text; `str()` of the exception is its message.",
            precedent=site.at(node),
        )


def _streamed(site: Site, node: ast.Call) -> Iterator[Draft]:
    """A stream given where its content is wanted."""
    for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
        value = str(site.variables.get(argument.id, "")) if isinstance(argument, ast.Name) else ""
        if "_io." in value or "BytesIO" in value or "StringIO" in value:
            text = f"{site.source(argument)}.read()"
            precedent = _idiom(site, text)
            yield Draft(
                shape="read",
                replacements=(site.sheet.replace(argument, text),),
                weight=0.8 if precedent else 0.5,
                rationale=f"`{site.source(argument)}` is a stream; its content is wanted.",
                precedent=precedent,
            )


def _joined(site: Site, node: ast.Call) -> Iterator[Draft]:
    """``sep.join(items)`` over items that are not text."""
    func = node.func
    if not (isinstance(func, ast.Attribute) and func.attr == "join" and len(node.args) == 1 and _NOT_TEXT.search(site.message)):
        return
    yield Draft(
        shape="to-text",
        replacements=(site.sheet.replace(node.args[0], f"map(str, {site.source(node.args[0])})"),),
        weight=0.6,
        rationale="Items that are joined must be text.",
        precedent=_idiom(site, "map(str,") or site.at(node),
    )


def key_normalised(site: Site) -> Iterator[Draft]:
    """A key of another type than those of the mapping: 1 for "1"."""
    node = site.expression
    if site.depth or site.family is not Family.MISSING_KEY or not isinstance(node, ast.Subscript):
        return
    detail, held = site.detail or "", site.value or ""
    digits = detail.strip("'\"")
    if detail.isdigit() and f"'{detail}'" in held:
        wrapper = "str"
    elif detail != digits and digits.isdigit() and re.search(rf"\b{digits}:", held):
        wrapper = "int"
    else:
        return
    yield Draft(
        shape="key-type",
        replacements=(site.sheet.replace(node.slice, f"{wrapper}({site.source(node.slice)})"),),
        weight=0.7,
        rationale=f"The keys of the mapping are `{wrapper}`.",
        origin=True,
    )


def _idiom(site: Site, text: str) -> Location | None:
    """Where this function, or its module, already does so."""
    for node in own_nodes(site.scope):
        if isinstance(node, ast.Call) and text in site.source(node):
            return site.at(node)
    found = site.sheet.text.find(text)
    return Location(site.module.path, site.sheet.line_of(found)) if found >= 0 else None
