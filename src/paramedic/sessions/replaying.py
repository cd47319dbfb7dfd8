"""Feeding stored deliveries again."""

from __future__ import annotations

import sqlalchemy as sa

from paramedic.store import deliveries


def requeue_stored(connection: sa.Connection, since: float) -> int:
    """Let every delivery since then (epoch seconds) that still has its body be digested again; how many they are.

    Counting stays exact: a delivery whose event was counted has no body any more, and is not among them.
    """
    found = deliveries.stored(connection, since=since, states=("failed", "skipped", "processed"))
    for row in found:
        deliveries.requeue(connection, row.id)
    return len(found)
