"""Saying something once in a system that has no memory of what it was told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from paramedic.integrations.http import certainly_not_done
from paramedic.model.errors import OutsideError


@contextmanager
def said_once() -> Iterator[None]:
    """Makes permanent what must not be tried again: a post of which nobody knows whether it arrived."""
    try:
        yield
    except OutsideError as error:
        if not certainly_not_done(error):
            error.permanent = True
            error.remedy = "It may have been posted, so it is not posted again."
        raise


def shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
