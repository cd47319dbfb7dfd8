"""What Paramedic asks of a forge. One package per forge implements it; ``forges`` lists them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit


class PullState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull (or merge) request as the forge has it. ``number`` is the one people say aloud."""

    number: int
    url: str
    state: PullState
    head: str
    base: str


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
