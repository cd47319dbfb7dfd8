"""How what is running is doing, for ``paramedic doctor``: in the words of the health page, from the same source."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from paramedic.sessions.check import Check, Health
from paramedic.sessions.condition import Condition, Integration, condition, integrations
from paramedic.settings import Configuration, Settings
from paramedic.store.engine import open_engine, reading

_MEGABYTE = 1_000_000


def examine_running(settings: Settings, configuration: Configuration) -> Iterator[Check]:
    """Nothing where nothing has been served yet."""
    engine = open_engine(settings.database)
    try:
        has_served = sa.inspect(engine).has_table("workers")
    except sa.exc.SQLAlchemyError:
        # That it cannot be reached, the check of the database has told.
        return
    if not has_served:
        return
    found = condition(engine, settings)
    if found.status == "down":
        remedy = "Start paramedic serve once: it brings the tables up to date."
        yield Check("tables", Health.WARNING, f"they cannot be read: {found.database}", remedy)
        return
    yield from _work(found)
    with reading(engine).connect() as connection:
        yield from map(_integration, integrations(connection, settings, configuration))


def _work(found: Condition) -> Iterator[Check]:
    alive = len(found.workers)
    remedy = "" if alive else "Start one: paramedic worker, or paramedic serve for both."
    yield Check("workers", Health.OK if alive else Health.WARNING, f"{alive} at work", remedy)
    waiting = f"{found.inbox} deliveries wait, {found.unreadable} could not be read"
    remedy = "After an upgrade, feed them again: paramedic replay" if found.unreadable else ""
    yield Check("inbox", Health.WARNING if found.unreadable else Health.OK, waiting, remedy)
    yield Check("queue", Health.OK, f"{found.queued} sessions queued, {found.running} running, {found.effects} effects to do")
    yield Check("room", Health.OK, f"the database takes {found.database_bytes / _MEGABYTE:.0f} MB")


def _integration(one: Integration) -> Check:
    name = f"last of {one.name}"
    if one.error:
        return Check(name, Health.WARNING, f"{one.error_at:%Y-%m-%d %H:%M} UTC: {one.error[:300]}", one.remedy)
    if one.last_seen:
        return Check(name, Health.OK, f"{one.last_seen:%Y-%m-%d %H:%M} UTC", one.remedy)
    return Check(name, Health.OFF, "not used yet" if one.configured else "not set up", one.remedy)
