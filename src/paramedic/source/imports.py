"""What the names that a module imports stand for."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from paramedic.source.module import ParsedModule


@dataclass(frozen=True, slots=True)
class Imports:
    """``names``: local name → absolute dotted target; ``stars``: modules that ``import *`` takes from."""

    names: Mapping[str, str]
    stars: tuple[str, ...]


def imports_of(module: ParsedModule, name: str, *, is_package: bool) -> Imports:
    """All imports of a module called ``name``, at any depth (inside functions and ``try`` too), relative ones resolved."""
    names: dict[str, str] = {}
    stars: list[str] = []
    for node in module.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                local = alias.asname or alias.name.partition(".")[0]
                names.setdefault(local, alias.name if alias.asname else local)
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(node, name, is_package=is_package)
            for alias in node.names:
                if alias.name == "*":
                    stars.append(source)
                else:
                    names.setdefault(alias.asname or alias.name, f"{source}.{alias.name}".lstrip("."))
    return Imports(names, tuple(stars))


def _absolute(node: ast.ImportFrom, name: str, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    package = name.split(".") if is_package else name.split(".")[:-1]
    base = package[: len(package) - (node.level - 1)]
    return ".".join([*base, *([node.module] if node.module else [])])
