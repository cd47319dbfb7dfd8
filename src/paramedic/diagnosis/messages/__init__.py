"""The grammars of exception messages (Python 3.8 to 3.13 and common libraries), one table per family."""

from __future__ import annotations

from paramedic.diagnosis.messages import attributes, conversions, environment, lookups, names, types, values
from paramedic.diagnosis.messages.bare import read_bare
from paramedic.diagnosis.reading import Reading, Rule

# The order matters only inside one exception type: the specific forms stand before the general ones.
_TABLES: tuple[tuple[Rule, ...], ...] = (
    environment.RULES,
    attributes.RULES,
    types.RULES,
    lookups.RULES,
    conversions.RULES,
    values.RULES,
    names.RULES,
)


def read(type_name: str, message: str) -> Reading:
    """The reading of an exception. An unknown message falls back to what the exception's type alone says."""
    short = type_name.rsplit(".", 1)[-1]
    text = message[:2000]
    for table in _TABLES:
        for rule in table:
            reading = rule.read(short, text)
            if reading is not None:
                return reading
    return read_bare(short, text)
