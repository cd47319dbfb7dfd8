"""Schedules as the API stores them: a document with the fields that were sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from paramedic.model.errors import BadInput
from paramedic.store.moments import aware
from paramedic.store.schema import schedules


@dataclass(frozen=True, slots=True)
class Schedule:
    id: str
    org_id: str
    document: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    created_by: str


def create(connection: sa.Connection, org_id: str, document: Mapping[str, Any], author: str) -> Schedule:
    schedule_id, now = f"sched-{uuid4().hex}", datetime.now(UTC)
    row = {"id": schedule_id, "org_id": org_id, "document": dict(document), "created_by": author}
    connection.execute(sa.insert(schedules).values(row | {"created_at": now, "updated_at": now}))
    return read(connection, org_id, schedule_id)


def change(connection: sa.Connection, org_id: str, schedule_id: str, fields: Mapping[str, Any]) -> Schedule:
    """Replace the fields that are given."""
    before = read(connection, org_id, schedule_id)
    values = {"document": {**before.document, **fields}, "updated_at": datetime.now(UTC)}
    connection.execute(sa.update(schedules).where(schedules.c.id == schedule_id).values(values))
    return read(connection, org_id, schedule_id)


def remove(connection: sa.Connection, org_id: str, schedule_id: str) -> Schedule:
    gone = read(connection, org_id, schedule_id)
    connection.execute(sa.delete(schedules).where(schedules.c.id == schedule_id))
    return gone


def read(connection: sa.Connection, org_id: str, schedule_id: str) -> Schedule:
    """Raises ``BadInput`` when the organisation has no such schedule."""
    query = sa.select(schedules).where(schedules.c.org_id == org_id, schedules.c.id == schedule_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise BadInput(f"There is no schedule {schedule_id[:200]!r}.")
    return _schedule(row)


def listed(connection: sa.Connection, org_id: str) -> tuple[Schedule, ...]:
    """The oldest first."""
    query = sa.select(schedules).where(schedules.c.org_id == org_id).order_by(schedules.c.created_at, schedules.c.id)
    return tuple(_schedule(row) for row in connection.execute(query).mappings())


def _schedule(row: sa.RowMapping) -> Schedule:
    return Schedule(**{**row, "created_at": aware(row["created_at"]), "updated_at": aware(row["updated_at"])})
