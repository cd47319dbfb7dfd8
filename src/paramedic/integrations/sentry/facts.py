"""What Sentry knows about an issue, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from paramedic.model.event import Event


class Flavour(StrEnum):
    """Which server answers under the address."""

    SENTRY = "sentry"
    GLITCHTIP = "glitchtip"
    BUGSINK = "bugsink"


@dataclass(frozen=True, slots=True)
class IssueFacts:
    """``count`` and ``users`` are over the issue's life."""

    id: str
    short_id: str | None
    title: str
    culprit: str
    level: str
    status: str
    substatus: str | None
    count: int | None
    users: int | None
    first_seen: datetime | None
    last_seen: datetime | None
    permalink: str | None
    project: str | None
    first_release: str | None
    last_release: str | None


@dataclass(frozen=True, slots=True)
class Frequency:
    """Events per hour of the last 24 hours, the oldest first; ``users`` of the same time, None when not offered."""

    hours: tuple[tuple[datetime, int], ...]
    users: int | None = None

    @property
    def last_hour(self) -> int:
        return self.hours[-1][1] if self.hours else 0

    @property
    def last_day(self) -> int:
        return sum(count for _hour, count in self.hours[-24:])


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag's most frequent values with how often each came."""

    key: str
    values: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Commit:
    sha: str
    message: str
    author: str | None
    date: datetime | None
    repository: str | None


@dataclass(frozen=True, slots=True)
class Release:
    """``commit`` is the newest commit of the release, None when Sentry was not told any."""

    version: str
    created: datetime | None
    commit: str | None
    commits: tuple[Commit, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A comment on an issue."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Upstream:
    """All that could be had about an issue; ``missing`` says what could not, and why, one sentence each."""

    flavour: Flavour = Flavour.SENTRY
    issue: IssueFacts | None = None
    event: Event | None = None
    frequency: Frequency | None = None
    tags: tuple[Tag, ...] = ()
    release: Release | None = None
    suspect_commits: tuple[Commit, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenCheck:
    """``lacking`` are the scopes that are needed and not granted; ``problem`` is a sentence when the token is no good."""

    flavour: Flavour
    lacking: tuple[str, ...] = ()
    problem: str | None = None
