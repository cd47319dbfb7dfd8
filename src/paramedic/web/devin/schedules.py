"""``/v3/organizations/{org_id}/schedules``: stored, looked at, changed. Nothing runs them yet."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException

from paramedic.store import schedules
from paramedic.store.engine import reading
from paramedic.store.schedules import Schedule
from paramedic.web.devin.access import Caller, needing, own_organisation
from paramedic.web.devin.bodies import NewSchedule, ScheduleFields
from paramedic.web.devin.paging import After, First, cut
from paramedic.web.devin.permissions import Permission

router = APIRouter(prefix="/v3/organizations/{org_id}/schedules", dependencies=[Depends(own_organisation)])

Viewer = Annotated[Caller, Depends(needing(Permission.VIEW_SCHEDULES))]
Manager = Annotated[Caller, Depends(needing(Permission.MANAGE_SCHEDULES))]

_ALWAYS = ("name", "prompt", "enabled")
_STANDARD = {"schedule_type": "recurring", "agent": "devin", "notify_on": "failure", "enabled": True}


@router.get("")
def listing(caller: Viewer, first: First = 100, after: After = None) -> dict[str, Any]:
    with reading(caller.engine).connect() as connection:
        found = schedules.listed(connection, caller.org_id)
    return cut(found, first, after, lambda schedule: schedule.id, document)


@router.post("")
def create(caller: Manager, body: NewSchedule) -> dict[str, Any]:
    fields = {name: value for name, value in body.given().items() if value is not None}
    with caller.engine.begin() as connection:
        return document(schedules.create(connection, caller.org_id, _STANDARD | fields, caller.who))


@router.get("/{schedule_id}")
def one(caller: Viewer, schedule_id: str) -> dict[str, Any]:
    with reading(caller.engine).connect() as connection:
        return document(schedules.read(connection, caller.org_id, schedule_id))


@router.patch("/{schedule_id}")
def change(caller: Manager, schedule_id: str, body: ScheduleFields) -> dict[str, Any]:
    """A field that is sent as null is emptied, unless a schedule cannot be without it."""
    fields = body.given()
    if missing := [name for name in _ALWAYS if name in fields and fields[name] is None]:
        raise HTTPException(422, f"A schedule cannot be without {', '.join(missing)}.")
    with caller.engine.begin() as connection:
        return document(schedules.change(connection, caller.org_id, schedule_id, fields))


@router.delete("/{schedule_id}")
def remove(caller: Manager, schedule_id: str) -> dict[str, Any]:
    with caller.engine.begin() as connection:
        return document(schedules.remove(connection, caller.org_id, schedule_id))


def document(schedule: Schedule) -> dict[str, Any]:
    known = {name: schedule.document.get(name) for name in ScheduleFields.model_fields}
    return known | {
        "scheduled_session_id": schedule.id,
        "org_id": schedule.org_id,
        "consecutive_failures": 0,
        "last_executed_at": None,
        "last_error_at": None,
        "last_error_message": None,
        "created_by": schedule.created_by,
        "created_at": int(schedule.created_at.timestamp()),
        "updated_at": int(schedule.updated_at.timestamp()),
    }
