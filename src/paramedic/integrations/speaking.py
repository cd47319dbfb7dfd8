"""What systems that are spoken in have in common."""

from __future__ import annotations

from paramedic.model.errors import OutsideError


def cannot_be_asked(system: str, why: str) -> OutsideError:
    """For a system that does not tell what was said in it."""
    return OutsideError(f"{system} {why}.", permanent=True)


def shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
