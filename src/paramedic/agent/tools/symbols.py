"""Where names are defined and used."""

from __future__ import annotations

from pydantic import Field

from paramedic.agent.tools.base import Arguments, Tool, Workshop
from paramedic.model.agent import Outcome
from paramedic.model.diagnosis import Provenance
from paramedic.model.toolbox import ToolState
from paramedic.source.languages import mentions
from paramedic.source.symbols import SymbolIndex

_MOST = 40
_LONGEST_LINE = 200


class Named(Arguments):
    name: str = Field(pattern=r"^[A-Za-z_$][\w$]*$", max_length=120, description="A simple name: of a function, method or class.")


def _definitions(shop: Workshop, asked: Named) -> Outcome:
    index = SymbolIndex(shop.work.tree)
    found = [f"{one.path}:{one.line}: {one.qualname}" for one in index.definitions(asked.name)]
    return _listed([*found, *_elsewhere(shop, asked.name, defines=True)], "No definition of that name.")


def _references(shop: Workshop, asked: Named) -> Outcome:
    index = SymbolIndex(shop.work.tree)
    calls = [f"{one.path}:{one.line}: in {one.function or 'the module'}" for one in index.callers(asked.name)]
    return _listed([*calls, *_elsewhere(shop, asked.name, defines=False)], "No use of that name was found by reading.")


def _elsewhere(shop: Workshop, name: str, *, defines: bool) -> list[str]:
    """In languages other than Python."""
    found = (each for each in mentions(shop.work.tree, name) if each.defines is defines)
    return [f"{each.path}:{each.number}: {each.line[:_LONGEST_LINE]}" for each in found]


def _listed(found: list[str], nothing: str) -> Outcome:
    if not found:
        return Outcome.no_data(nothing)
    more = [f"[{len(found) - _MOST} more]"] if len(found) > _MOST else []
    return Outcome(ToolState.SUCCESS, "\n".join([*found[:_MOST], *more]), Provenance.TRUSTED)


TOOLS = (
    Tool("definitions", "Where a name is defined (before your edits).", Named, _definitions),
    Tool("references", "Where a name is called or used (before your edits).", Named, _references),
)
