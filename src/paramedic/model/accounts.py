"""Who is there, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Each may do what those before it may."""

    VIEWER = "viewer"
    """Look at everything but the accounts."""
    RESPONDER = "responder"
    """Decide about effects, start and steer sessions, edit playbooks and knowledge."""
    ADMIN = "admin"
    """Keep the accounts, and see the audit log."""

    def covers(self, needed: Role) -> bool:
        order = tuple(Role)
        return order.index(self) >= order.index(needed)

    @property
    def may_decide(self) -> bool:
        """Whether a person of this role may say yes or no to an effect."""
        return self.covers(Role.RESPONDER)

    @property
    def with_article(self) -> str:
        return f"an {self.value}" if self is Role.ADMIN else f"a {self.value}"


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who was let in. ``name`` is empty for whoever is served without having said who they are."""

    name: str
    role: Role
    user_id: int | None = None

    def may(self, needed: Role) -> bool:
        return self.role.covers(needed)

    def by(self, way: str, address: str) -> str:
        """Who it was, for people to read: ``ada, API from 10.1.2.3``."""
        return f"{self.name}, {way} from {address}" if self.name else f"{way} from {address}"
