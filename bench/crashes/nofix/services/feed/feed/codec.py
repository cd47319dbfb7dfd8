"""Readings, as JSON."""

import json
from dataclasses import dataclass


class BadReading(ValueError):
    """The meter sent what no reading is: it has to be looked at, not to be guessed."""


@dataclass
class Reading:
    meter: str
    kwh: float
    note: str = ""


def decode(frame):
    told = json.loads(frame)
    if told["kwh"] < 0:
        raise BadReading(f"meter {told['meter']} counts backwards: {told['kwh']}")
    return Reading(told["meter"], float(told["kwh"]), told.get("note") or "")
