"""What an exception's type and message say, before any source is looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from paramedic.model.diagnosis import Family


class Site(StrEnum):
    """The kind of expression that raises: which part of a statement to look for."""

    ATTRIBUTE = "attribute"
    ITEM = "item"
    ITERATION = "iteration"
    CALLED = "called"
    OPERATION = "operation"
    COMPARISON = "comparison"
    MEMBERSHIP = "membership"
    ARGUMENT = "argument"
    SIGNATURE = "signature"
    UNPACKING = "unpacking"
    NAME = "name"
    DIVISION = "division"
    CONTEXT = "context"
    HASHED = "hashed"
    NEXT = "next"
    ASSERTION = "assertion"
    IMPORT = "import"
    AWAITED = "awaited"
    FORMAT = "format"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Reading:
    """A message read by the grammar.

    ``bad_type`` is the type of the value that was wrong, ``bad_value`` its repr where the message shows it, ``detail`` the
    key, attribute, operator, keyword or name, ``other_type`` the other operand's type, ``function`` the callee that complains.
    """

    family: Family
    site: Site
    bad_type: str | None = None
    bad_value: str | None = None
    detail: str | None = None
    other_type: str | None = None
    function: str | None = None
    count: int | None = None

    @property
    def about_none(self) -> bool:
        return self.bad_type == "NoneType"


@dataclass(frozen=True, slots=True)
class Rule:
    """One message form. Named groups ``type value detail other function count`` fill the reading.

    ``types`` are the exception names that say it, empty for any; ``none_family`` replaces the family when the value is None.
    """

    types: frozenset[str]
    pattern: re.Pattern[str]
    family: Family
    site: Site
    none_family: Family | None = None
    function: str | None = None

    def read(self, type_name: str, message: str) -> Reading | None:
        if self.types and type_name not in self.types:
            return None
        match = self.pattern.search(message)
        if match is None:
            return None
        groups = match.groupdict()
        bad_type = groups.get("type")
        family = self.none_family if bad_type == "NoneType" and self.none_family else self.family
        count = groups.get("count")
        return Reading(
            family=family,
            site=self.site,
            bad_type=bad_type.rsplit(".", 1)[-1] if bad_type else None,
            bad_value=groups.get("value"),
            detail=groups.get("detail"),
            other_type=groups.get("other"),
            function=groups.get("function") or self.function,
            count=int(count) if count and count.isdecimal() else None,
        )


def rules(types: str, *forms: tuple[str, Family, Site] | tuple[str, Family, Site, Family]) -> tuple[Rule, ...]:
    """Rules of one exception family: ``types`` separated by spaces, each form a pattern, family, site and None family."""
    names = frozenset(types.split())
    return tuple(
        Rule(names, re.compile(form[0], re.DOTALL), form[1], form[2], form[3] if len(form) == 4 else None) for form in forms
    )
