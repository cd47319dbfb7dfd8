"""A change in the making: what one idea proposes at one site."""

from __future__ import annotations

from dataclasses import dataclass

from paramedic.model.diagnosis import Location
from paramedic.repair.sheet import Replacement


@dataclass(frozen=True, slots=True)
class Draft:
    """``weight`` in [0, 1] is how often a change of this shape, with this precedent, is what developers do.

    ``precedent`` is the place that shows the idiom, ``origin`` True when the change repairs where the bad value comes from,
    or a slip that the language leaves one reading of; with neither, the change only silences the crash.
    """

    shape: str
    replacements: tuple[Replacement, ...]
    weight: float
    rationale: str
    precedent: Location | None = None
    origin: bool = False
    answer: str = ""
    """The error that the change reports the input with, see ``Candidate.answer``."""
    gives: str = ""
    """The value that takes the place of the missing one, as source; "" when the change puts none there."""
    leaves: str = ""
    """How the change leaves the function or the iteration early (``return 0``, ``continue``), "" when it goes on or raises."""
