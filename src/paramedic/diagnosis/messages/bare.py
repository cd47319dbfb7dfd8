"""What an exception's type alone says when no grammar knows its message."""

from __future__ import annotations

import re

from paramedic.diagnosis.reading import Reading, Site
from paramedic.model.diagnosis import Family

_BY_TYPE: dict[str, tuple[Family, Site]] = {
    "AttributeError": (Family.MISSING_ATTRIBUTE, Site.ATTRIBUTE),
    "TypeError": (Family.WRONG_TYPE, Site.ARGUMENT),
    "ValueError": (Family.BAD_CONVERSION, Site.ARGUMENT),
    "LookupError": (Family.MISSING_KEY, Site.ITEM),
    "NotImplementedError": (Family.DELIBERATE, Site.ANY),
}
_BY_ENDING: tuple[tuple[re.Pattern[str], tuple[Family, Site]], ...] = (
    (re.compile(r"(?:DoesNotExist|NotFound)$"), (Family.OBJECT_NOT_FOUND, Site.ARGUMENT)),
    (re.compile(r"Timeout(?:Error|Exception)?$"), (Family.TIMEOUT, Site.ANY)),
    (re.compile(r"(?:Decode|Parse|Parser|Parsing|Syntax|Format|Scanner|Token)Error$"), (Family.BAD_CONVERSION, Site.ARGUMENT)),
)


def read_bare(type_name: str, message: str) -> Reading:
    family, site = _BY_TYPE.get(type_name) or next(
        (meaning for pattern, meaning in _BY_ENDING if pattern.search(type_name)), (Family.OTHER, Site.ANY)
    )
    quoted = re.search(r"'([^']{1,200})'|\"([^\"]{1,200})\"", message)
    return Reading(family=family, site=site, bad_value=repr(quoted.group(1) or quoted.group(2)) if quoted else None)
