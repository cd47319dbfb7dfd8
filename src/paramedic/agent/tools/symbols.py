"""Where names are defined and used."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from pydantic import Field

from paramedic.agent.tools.base import Arguments, Tool, Workshop
from paramedic.model.agent import Outcome
from paramedic.model.diagnosis import Provenance
from paramedic.model.errors import SourceError
from paramedic.model.toolbox import ToolState
from paramedic.source.symbols import SymbolIndex
from paramedic.source.tree import is_test_path

_MOST = 40
_DEFINES = (
    r"\b(?:def|class|func|fun|function|interface|struct|enum|trait|protocol|object|record|module|type|extension)\s+"
    r"(?:\([^)]*\)\s*)?(?:self\.)?{name}\b"
    r"|\b(?:const|let|var|val)\s+{name}\s*(?::[^=]+)?=\s*(?:async\s*)?(?:function\b|\()"
    r"|^\s*(?:(?:public|private|protected|internal|static|final|async|override|abstract|virtual|open|suspend)\s+)+"
    r"[\w<>\[\],.? ]+\s{name}\s*\("
)
_CODE = frozenset(
    (".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".java", ".kt", ".swift", ".m", ".go", ".rb", ".php", ".cs", ".rs")
)


class Named(Arguments):
    name: str = Field(pattern=r"^[A-Za-z_$][\w$]*$", max_length=120, description="A simple name: of a function, method or class.")


def _definitions(shop: Workshop, asked: Named) -> Outcome:
    index = SymbolIndex(shop.work.tree)
    found = [f"{one.path}:{one.line}: {one.qualname}" for one in index.definitions(asked.name)]
    found += _elsewhere(shop, re.compile(_DEFINES.replace("{name}", re.escape(asked.name)), re.MULTILINE))
    return _listed(found, "No definition of that name.")


def _references(shop: Workshop, asked: Named) -> Outcome:
    index = SymbolIndex(shop.work.tree)
    calls = [f"{one.path}:{one.line}: in {one.function or 'the module'}" for one in index.callers(asked.name)]
    calls += _elsewhere(shop, re.compile(rf"\b{re.escape(asked.name)}\b"))
    return _listed(calls, "No use of that name was found by reading.")


def _elsewhere(shop: Workshop, pattern: re.Pattern[str]) -> list[str]:
    """In languages other than Python, by the form of the line."""
    found: list[str] = []
    for path in sorted(shop.work.tree.files(""), key=is_test_path):
        if PurePosixPath(path).suffix in _CODE and len(found) <= _MOST:
            try:
                lines = shop.work.tree.lines(path)
            except SourceError:
                continue
            found += [
                f"{path}:{number}: {line.strip()[:200]}" for number, line in enumerate(lines, 1) if pattern.search(line[:1000])
            ]
    return found


def _listed(found: list[str], nothing: str) -> Outcome:
    if not found:
        return Outcome.no_data(nothing)
    more = [f"[{len(found) - _MOST} more]"] if len(found) > _MOST else []
    return Outcome(ToolState.SUCCESS, "\n".join([*found[:_MOST], *more]), Provenance.TRUSTED)


TOOLS = (
    Tool("definitions", "Where a name is defined (before your edits).", Named, _definitions),
    Tool("references", "Where a name is called or used (before your edits).", Named, _references),
)
