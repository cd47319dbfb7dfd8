"""One error occurrence, in one shape whatever its origin (webhook, REST, stored JSON, SDK envelope, legacy plugin)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from paramedic.model.snapshot import Snapshot

Captured: TypeAlias = "bool | int | float | str | list[Captured] | dict[str, Captured] | None"
"""A captured variable: SDKs send ``repr`` strings, nested in lists and objects (10 items, depth 5). Never evaluated."""


class Level(StrEnum):
    """Severity as Sentry orders it."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    DEBUG = "debug"


class Origin(StrEnum):
    """The wire shape that an event was read from."""

    WEBHOOK = "webhook"
    REST = "rest"
    STORED = "stored"
    ENVELOPE = "envelope"
    LEGACY = "legacy"


@dataclass(frozen=True, slots=True)
class Frame:
    """One stack frame. ``lineno`` and ``colno`` are 1-based as SDKs send them; ``in_app`` is None when not said."""

    function: str | None = None
    module: str | None = None
    filename: str | None = None
    abs_path: str | None = None
    lineno: int | None = None
    colno: int | None = None
    context_line: str | None = None
    pre_context: tuple[str, ...] = ()
    post_context: tuple[str, ...] = ()
    in_app: bool | None = None
    variables: Mapping[str, Captured] = field(default_factory=dict)
    package: str | None = None


@dataclass(frozen=True, slots=True)
class Mechanism:
    """How an exception reached the SDK; the ids link the members of a chain or group (``exc.group[0].cause``)."""

    type: str | None = None
    handled: bool | None = None
    exception_id: int | None = None
    parent_id: int | None = None
    is_group: bool = False
    source: str | None = None


@dataclass(frozen=True, slots=True)
class ExceptionValue:
    """One exception of a chain. ``frames`` run oldest to newest: the crash frame is the last."""

    type: str
    value: str = ""
    module: str | None = None
    frames: tuple[Frame, ...] = ()
    mechanism: Mechanism = Mechanism()
    thread_id: str | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    id: str | None = None
    name: str | None = None
    crashed: bool = False
    current: bool = False
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Breadcrumb:
    timestamp: datetime | None = None
    category: str | None = None
    level: str | None = None
    type: str | None = None
    message: str | None = None
    data: Mapping[str, Captured] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class User:
    id: str | None = None
    email: str | None = None
    username: str | None = None
    ip_address: str | None = None

    @property
    def key(self) -> str | None:
        """What tells two users apart, the most stable first; None for an anonymous event."""
        for name, value in (("id", self.id), ("email", self.email), ("username", self.username), ("ip", self.ip_address)):
            if value:
                return f"{name}:{value}"
        return None


@dataclass(frozen=True, slots=True)
class Request:
    method: str | None = None
    url: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Captured = None
    data: Captured = None


@dataclass(frozen=True, slots=True)
class Event:
    """One error occurrence.

    ``exceptions`` keep Sentry's order: causes first, the exception that was finally raised last. ``notes`` say what could
    not be read. Times are aware UTC. All text in here is untrusted.
    """

    event_id: str
    origin: Origin = Origin.STORED
    platform: str = "other"
    level: Level = Level.ERROR
    title: str = "<unknown>"
    culprit: str = ""
    message: str | None = None
    logger: str | None = None
    timestamp: datetime | None = None
    release: str | None = None
    dist: str | None = None
    environment: str | None = None
    server_name: str | None = None
    transaction: str | None = None
    exceptions: tuple[ExceptionValue, ...] = ()
    threads: tuple[Thread, ...] = ()
    frames: tuple[Frame, ...] = ()
    breadcrumbs: tuple[Breadcrumb, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    contexts: Mapping[str, Captured] = field(default_factory=dict)
    extra: Mapping[str, Captured] = field(default_factory=dict)
    user: User = User()
    request: Request | None = None
    modules: Mapping[str, str] = field(default_factory=dict)
    sdk_name: str | None = None
    sdk_version: str | None = None
    fingerprint: tuple[str, ...] = ()
    project: str | None = None
    issue_id: str | None = None
    short_id: str | None = None
    web_url: str | None = None
    snapshot: Snapshot | None = None
    notes: tuple[str, ...] = ()

    @property
    def crash(self) -> ExceptionValue | None:
        """The exception that was finally raised: the last of the chain that carries a type, None for a message."""
        return self.exceptions[-1] if self.exceptions else None

    @property
    def runtime(self) -> tuple[str, str] | None:
        """Name and version of the interpreter, e.g. ``("CPython", "3.11.7")``, when the SDK said it."""
        runtime = self.contexts.get("runtime")
        if not isinstance(runtime, dict):
            return None
        name, version = runtime.get("name"), runtime.get("version")
        return (str(name), str(version)) if name and version else None

    def tag(self, key: str) -> str | None:
        return next((value for name, value in self.tags if name == key), None)
