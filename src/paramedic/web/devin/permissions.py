"""What a service user may do. The names are those of the API that clients were written for."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from paramedic.model.errors import BadInput


class Permission(StrEnum):
    USE_SESSIONS = "UseDevinSessions"
    """Create sessions and write to them."""
    VIEW_SESSIONS = "ViewOrgSessions"
    MANAGE_SESSIONS = "ManageOrgSessions"
    """All of the above, end them and tag them."""
    IMPERSONATE = "ImpersonateOrgSessions"
    """Create sessions and messages in another person's name."""
    VIEW_PLAYBOOKS = "ViewOrgPlaybooks"
    MANAGE_PLAYBOOKS = "ManageOrgPlaybooks"
    VIEW_KNOWLEDGE = "ViewOrgKnowledge"
    MANAGE_KNOWLEDGE = "ManageOrgKnowledge"
    VIEW_SCHEDULES = "ViewOrgSchedules"
    MANAGE_SCHEDULES = "ManageOrgSchedules"


MEMBER = frozenset(Permission) - {Permission.IMPERSONATE}
"""What a token may do that was created without naming permissions."""

_IMPLIED: dict[Permission | None, tuple[Permission, ...]] = {
    Permission.MANAGE_SESSIONS: (Permission.USE_SESSIONS, Permission.VIEW_SESSIONS),
    Permission.MANAGE_PLAYBOOKS: (Permission.VIEW_PLAYBOOKS,),
    Permission.MANAGE_KNOWLEDGE: (Permission.VIEW_KNOWLEDGE,),
    Permission.MANAGE_SCHEDULES: (Permission.VIEW_SCHEDULES,),
}


def holds(granted: Iterable[str], needed: Permission) -> bool:
    """Whether the permissions that were granted include ``needed``, by themselves or by what they imply."""
    return any(needed == name or needed in _IMPLIED.get(_known(name), ()) for name in granted)


def read_permissions(names: Iterable[str]) -> tuple[str, ...]:
    """Raises ``BadInput`` that lists what there is, when a name is not among it."""
    wanted = tuple(names)
    for name in wanted:
        if name not in {permission.value for permission in Permission}:
            raise BadInput(f"There is no permission {name!r}.", remedy="There are: " + ", ".join(Permission) + ".")
    return wanted


def _known(name: str) -> Permission | None:
    return Permission(name) if name in set(Permission) else None
