"""Functions that may need the change, ranked."""

from __future__ import annotations

from paramedic.diagnosis.chain import Chain
from paramedic.model.diagnosis import Suspect

_BY_DISTANCE = (0.71, 0.3, 0.2, 0.12, 0.1, 0.08)


def rank(chain: Chain) -> tuple[Suspect, ...]:
    """The functions of the stack, innermost first, each once."""
    ranked: dict[tuple[str, str | None], Suspect] = {}
    for mapped in reversed(chain.crash.frames):
        key = (mapped.location.file, mapped.location.function)
        if key not in ranked:
            place = len(ranked)
            score = _BY_DISTANCE[place] if place < len(_BY_DISTANCE) else 0.05
            reason = "the exception rose here" if place == 0 else f"{place} calls above the crash"
            ranked[key] = Suspect(mapped.location, reason, score)
    return tuple(ranked.values())[:12]
