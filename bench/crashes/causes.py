"""The engine's sentence on why it claims nothing, as a few words that are the same for the same cause."""

from __future__ import annotations

UNREPRODUCED = "The cause was found, but the crash could not be reproduced: "
STARTS = {
    "The code raises this error on purpose": "raised on purpose",
    "The best change only silences": "only a stop-gap",
    "No change stands on enough": "below threshold",
    "Several changes are as plausible": "rivals as plausible",
    "No change that this code base": "no candidate",
    "None of ": "no candidate passes",
    "Every change that stops": "changes what works",
    "The regression test passes without": "test passes unchanged",
    "The change makes ": "breaks the project's tests",
    "The change did not hold": "does not hold in a whole run",
    "The change answers with an error": "no test of the error it answers with",
    "The cause was found, but nothing could be run": "no environment",
    "Reproduced; the time limit": "out of time",
}
LACKS = {
    "not as a test": "crashes, but not as a test",
    "is a nested function": "a nested function",
    "does not crash": "state outside the event",
    "of which only the class": "the state of an object",
    "which was": "a value cut or not captured",
}
"""By what the crashed frame lacks, which is told first."""


def cause(reason: str) -> str:
    """``reason`` itself, cut, when it is none of those known here."""
    if reason.startswith(UNREPRODUCED):
        first = reason.removeprefix(UNREPRODUCED).split("; ")[0]
        return "not reproduced: " + next((lack for sign, lack in LACKS.items() if sign in first), first[:40])
    return next((known for start, known in STARTS.items() if reason.startswith(start)), reason[:40])
