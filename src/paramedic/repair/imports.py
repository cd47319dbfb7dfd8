"""How an exception or a module is called in a file, and the import that is missing for it."""

from __future__ import annotations

import ast
import builtins

from paramedic.repair.sheet import Replacement
from paramedic.repair.site import Site, is_docstring, module_names


def naming(site: Site, name: str, module: str | None) -> tuple[str | None, tuple[Replacement, ...]]:
    """The expression for a class here, and the import that it needs; (None, ()) when it cannot be named."""
    if isinstance(getattr(builtins, name, None), type) and module in {None, "builtins"}:
        return (f"builtins.{name}", (insertion(site, "import builtins"),)) if name in module_names(site.module) else (name, ())
    owner, _, last = name.rpartition(".")
    if owner:
        # A class within a class, as SDKs name it: reached through the outer one, which must be known here.
        outer = _imported(site, owner.split(".")[0], module)
        rest = ".".join((*owner.split(".")[1:], last))
        return (f"{outer}.{rest}", ()) if outer and rest.replace(".", "").isidentifier() else (None, ())
    imported = _imported(site, name, module)
    if imported is not None:
        return imported, ()
    if module is None or not all(part.isidentifier() and not part.startswith("_") for part in module.split(".")):
        return None, ()
    return name, (insertion(site, f"from {module} import {name}"),)


def _imported(site: Site, name: str, module: str | None) -> str | None:
    """As ``from x import Name`` or ``import x`` bring it in."""
    for node in site.module.nodes:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name == name:
                    return alias.asname or alias.name
        elif isinstance(node, ast.Import) and module:
            for alias in node.names:
                if alias.name == module:
                    return f"{alias.asname or alias.name}.{name}"
    return name if name in module_names(site.module) else None


def insertion(site: Site, line: str) -> Replacement:
    """An import line after the last import at the top of the file that is not conditional."""
    body = site.module.tree.body
    imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    if imports:
        at = site.sheet.line_start((imports[-1].end_lineno or imports[-1].lineno) + 1)
    else:
        first = next((node for node in body if not is_docstring(node)), None)
        at = site.sheet.line_start(first.lineno) if first is not None else len(site.sheet.text)
    return Replacement(at, at, line + site.sheet.newline)
