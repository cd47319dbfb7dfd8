"""KeyError, IndexError, and what object-relational mappers say when a row is not there."""

from __future__ import annotations

from paramedic.diagnosis.reading import Site, rules
from paramedic.model.diagnosis import Family

_MISSING_ROWS = (
    "DoesNotExist ObjectDoesNotExist MultipleObjectsReturned NoResultFound MultipleResultsFound DocumentNotFound ObjectNotFound"
)

RULES = (
    *rules(
        "KeyError",
        (r"^['\"]?pop from an empty (?P<detail>set|dict)", Family.EMPTY_SEQUENCE, Site.ANY),
        (r"^['\"]popitem\(\): dictionary is empty", Family.EMPTY_SEQUENCE, Site.ANY),
        (r"^(?P<detail>.*)$", Family.MISSING_KEY, Site.ITEM),
    ),
    *rules(
        "IndexError",
        (r"^pop from (?:an )?empty (?P<detail>\w+)", Family.EMPTY_SEQUENCE, Site.ANY),
        (r"^pop index out of range", Family.INDEX_OUT_OF_RANGE, Site.ANY),
        (
            r"^(?:Replacement index (?P<count>\d+)|tuple index) out of range(?: for positional args tuple)",
            Family.INDEX_OUT_OF_RANGE,
            Site.FORMAT,
        ),
        (r"^no such group", Family.INDEX_OUT_OF_RANGE, Site.ARGUMENT),
        (r"^Cannot choose from an empty sequence", Family.EMPTY_SEQUENCE, Site.ARGUMENT),
        (
            r"^(?P<detail>list|string|tuple|bytes|bytearray|deque|array|range|memoryview)?.*(?:index|out of (?:range|bounds))",
            Family.INDEX_OUT_OF_RANGE,
            Site.ITEM,
        ),
        (r"", Family.INDEX_OUT_OF_RANGE, Site.ITEM),
    ),
    *rules(
        _MISSING_ROWS,
        (r"(?P<detail>\w+) matching query does not exist", Family.OBJECT_NOT_FOUND, Site.ARGUMENT),
        (r"", Family.OBJECT_NOT_FOUND, Site.ARGUMENT),
    ),
)
