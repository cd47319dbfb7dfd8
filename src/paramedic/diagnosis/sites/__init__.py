"""Where on the crash line can an exception of a given reading rise? One function per kind of expression."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from paramedic.diagnosis.candidates import Possible
from paramedic.diagnosis.reading import Reading, Site
from paramedic.diagnosis.sites import access, calls, operations, statements

Finder = Callable[[ast.AST, Reading], Iterator[Possible]]

_FINDERS: dict[Site, tuple[Finder, ...]] = {
    Site.ATTRIBUTE: (access.attributes,),
    Site.ITEM: (access.items, access.item_methods),
    Site.ITERATION: (statements.iterations, calls.iterating_calls),
    Site.CALLED: (calls.called,),
    Site.OPERATION: (operations.operations, operations.comparisons, calls.operating_calls),
    Site.COMPARISON: (operations.comparisons, calls.ordering_calls),
    Site.MEMBERSHIP: (operations.memberships,),
    Site.ARGUMENT: (calls.arguments_of_calls, operations.conversions),
    Site.SIGNATURE: (calls.signatures,),
    Site.UNPACKING: (statements.unpackings,),
    Site.NAME: (access.names,),
    Site.DIVISION: (operations.divisions, calls.dividing_calls),
    Site.CONTEXT: (statements.contexts,),
    Site.HASHED: (access.hashed, operations.hashed_members, calls.hashing_calls),
    Site.NEXT: (calls.next_calls,),
    Site.ASSERTION: (statements.assertions,),
    Site.IMPORT: (statements.imports,),
    Site.AWAITED: (statements.awaited,),
    Site.FORMAT: (operations.formats, calls.formatting_calls),
    Site.ANY: (calls.arguments_of_calls,),
}


def possible(nodes: Iterable[ast.AST], reading: Reading) -> list[Possible]:
    """All places that fit the reading, in order of evaluation; arguments of calls when nothing else fits."""
    nodes = tuple(nodes)
    found = [each for finder in _FINDERS[reading.site] for node in nodes for each in finder(node, reading)]
    if found:
        return found
    return [each for finder in (calls.arguments_of_calls, access.any_access) for node in nodes for each in finder(node, reading)]
