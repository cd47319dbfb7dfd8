"""What Paramedic asks of a forge. One package per forge implements it; ``forges`` lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

from paramedic.model.outcome import ReviewComment

LONGEST_COMMENT = 20_000
MOST_COMMENTS = 300
"""Read of one pull request at once."""


class PullState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull (or merge) request as the forge has it. ``number`` is the one people say aloud.

    ``commit`` is what was merged, None before; ``since`` and ``by`` are when and by whom it came to its state, where the forge
    says so. ``head`` is "" where the branch is not in the repository itself, but in a fork.
    """

    number: int
    url: str
    state: PullState
    head: str
    base: str
    commit: str | None = None
    since: datetime | None = None
    by: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PullNews:
    """What a webhook says: of the pull request itself, or what was written on it. ``repository`` is its slug on the forge.

    ``unread`` is True when something was written that the webhook does not carry, or not under an id.
    """

    repository: str
    number: int
    head: str
    pull: PullRequest | None = None
    comments: tuple[ReviewComment, ...] = ()
    unread: bool = False


@dataclass(frozen=True, slots=True)
class NewPullRequest:
    """What to open. ``head`` and ``base`` are branch names of the same repository."""

    head: str
    base: str
    title: str
    body: str
    draft: bool = False


class Forge(Protocol):
    """Finds and opens pull requests of one repository. There is no way to merge one.

    Raises ``OutsideError`` with the variable and scope that help.
    """

    name: str

    def find(self, head: str) -> PullRequest | None:
        """The newest pull request from branch ``head``, in whatever state."""
        ...

    def open(self, request: NewPullRequest) -> PullRequest:
        """Open it, or return the open one when the forge says that it exists."""
        ...

    def read(self, number: int) -> PullRequest:
        """The pull request of this number as it is now."""
        ...

    def comments(self, number: int) -> Sequence[ReviewComment]:
        """What people wrote on it, in no particular order, at most ``MOST_COMMENTS`` of each sort."""
        ...

    def push_credentials(self) -> tuple[str, str] | None:
        """User name and password for ``git push`` over https."""
        ...


def slug_of(url: str) -> str:
    """``owner/name`` (GitLab: any depth) of a clone URL: https, ssh, ``git@host:path``; "" for a local path."""
    if "://" in url:
        parts = urlsplit(url)
        path = parts.path if parts.scheme in ("http", "https", "ssh", "git") else ""
    elif ":" in url and "@" in url.split(":", 1)[0]:
        path = url.split(":", 1)[1]
    else:
        path = ""
    return path.strip("/").removesuffix(".git")
