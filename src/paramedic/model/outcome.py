"""What became of a fix: the fate of its pull request, and whether its issue was heard of again once it was released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Fate(StrEnum):
    """Of a pull request, or of a branch that was pushed without one."""

    OPEN = "open"
    REOPENED = "reopened"
    CLOSED = "closed"
    """Without having been merged."""
    MERGED = "merged"
    REVERTED = "reverted"
    """Merged, and taken back by a later commit."""

    @property
    def is_open(self) -> bool:
        return self in (Fate.OPEN, Fate.REOPENED)


class Silence(StrEnum):
    """Of an issue, after its fix was merged."""

    WAITING = "waiting"
    """No release that carries the fix was seen yet."""
    WATCHING = "watching"
    """Such a release runs, and too few events were to be expected since to tell anything from their absence."""
    SILENT = "silent"
    REGRESSED = "regressed"
    """An event came in a release that carries the fix."""


class Basis(StrEnum):
    """How it is known that a release carries a fix."""

    GIT = "git"
    """The release's commit has the merged one among its ancestors."""
    ORDER = "order"
    """The repository has no tag or commit of the release, which was first seen after the merge."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One followed fix. ``effect`` is the key of what opened it, ``repository`` a name of the configuration file.

    ``number`` and ``url`` are None for a branch without a pull request. ``commit`` is what was merged; for such a branch, what
    was pushed. ``forge_at`` is the forge's own time of its newest news: what is older changes nothing. ``per_hour`` and
    ``expected`` are events: the rate before the merge, and how many of them the release would have brought since it is seen.
    """

    effect: str
    issue_id: int
    session_id: str
    repository: str
    branch: str
    number: int | None
    url: str | None
    fate: Fate
    fate_at: datetime
    fate_by: str
    commit: str | None
    opened_at: datetime
    forge_at: datetime | None
    comments_at: datetime | None
    next_look_at: datetime | None
    failures: int
    problem: str | None
    silence: Silence | None
    release: str | None
    basis: Basis | None
    released_at: datetime | None
    per_hour: float
    expected: float
    seen: int
    """Events since the release, all of them in releases that do not carry the fix unless it is ``regressed``."""
    judged_at: datetime | None
    regressed_at: datetime | None
    regressed_release: str | None
    regressed_event: str | None


@dataclass(frozen=True, slots=True)
class ReviewComment:
    """What a person wrote on a pull request. ``id`` is the forge's; ``path`` is the file it is about, "" for the whole."""

    id: str
    author: str
    text: str
    at: datetime
    url: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class SeenRelease:
    """A release in which events came: of a project, or of one issue. ``event`` is the newest one's id."""

    version: str
    first_at: datetime
    last_at: datetime
    count: int
    event: str = ""
