"""Effects: what is done to the outside world, as values. An effect's key is the hash of what it does and of nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from paramedic.model.chat import Answer, Button, ChatMessage
from paramedic.model.errors import BadInput
from paramedic.model.repair import Edit


class EffectKind(StrEnum):
    PUSH = "push"
    PULL_REQUEST = "pull_request"
    COMMENT = "comment"
    PATCH = "patch"
    MESSAGE = "message"


class EffectState(StrEnum):
    """pending → approved → performing → done or failed; or rejected, expired, superseded instead of approved."""

    PENDING = "pending"
    APPROVED = "approved"
    PERFORMING = "performing"
    DONE = "done"
    FAILED = "failed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"

    @property
    def final(self) -> bool:
        return self not in (EffectState.PENDING, EffectState.APPROVED, EffectState.PERFORMING)


@dataclass(frozen=True, slots=True)
class Push:
    """One commit on top of ``base_commit``, pushed as a new branch.

    ``repository`` is a name of the TOML file. ``moment`` (epoch seconds) dates the commit, so that a commit made twice is
    the same commit. Edits are whole texts and not a diff, since a file may be in any encoding.
    """

    repository: str
    branch: str
    base_commit: str
    edits: tuple[Edit, ...]
    message: str
    moment: int


@dataclass(frozen=True, slots=True)
class OpenPullRequest:
    repository: str
    branch: str
    base: str
    title: str
    body: str
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Comment:
    """The living comment on an upstream issue. ``about`` is the key of the pull request whose link is added at the end;
    the forge gives the link only when that is open, so the text that is approved refers to it."""

    upstream_issue: str
    text: str
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch file in the home, for a person to apply."""

    name: str
    diff: str


@dataclass(frozen=True, slots=True)
class Say:
    """A message in a chat. ``occasion`` tells it from the same words at another time; ``replaces`` is the key of the effect
    whose message it takes the place of, ``under`` that of the one whose message it is a reply to."""

    chat: str
    occasion: str
    message: ChatMessage
    replaces: str | None = None
    under: str | None = None


Payload: TypeAlias = Push | OpenPullRequest | Comment | Patch | Say

_PAYLOADS: dict[EffectKind, type[Push] | type[OpenPullRequest] | type[Comment] | type[Patch] | type[Say]] = {
    EffectKind.PUSH: Push,
    EffectKind.PULL_REQUEST: OpenPullRequest,
    EffectKind.COMMENT: Comment,
    EffectKind.PATCH: Patch,
    EffectKind.MESSAGE: Say,
}
_KINDS = {payload: kind for kind, payload in _PAYLOADS.items()}


@dataclass(frozen=True, slots=True)
class Effect:
    """``requires`` are keys of effects that must be done before. ``cause`` ties together issues with one root cause."""

    payload: Payload
    issue_id: int
    session_id: str
    cause: str = ""
    requires: tuple[str, ...] = ()

    @property
    def kind(self) -> EffectKind:
        return _KINDS[type(self.payload)]

    @property
    def key(self) -> str:
        return effect_key(self.payload)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An effect as the ledger has it. ``result`` is where it can be seen: a commit, an address, a path, a comment's id."""

    effect: Effect
    state: EffectState
    proposed_at: datetime
    expires_at: datetime | None
    decided_by: str | None = None
    decided_at: datetime | None = None
    attempts: int = 0
    result: str | None = None
    reason: str | None = None
    claimed_by: str | None = None
    taken_over: bool = False
    """Whoever had begun it died over it."""


def effect_key(payload: Payload) -> str:
    """SHA-256 of the canonical JSON of what is done: two proposals to do the same thing are one effect."""
    document = {"kind": _KINDS[type(payload)].value, **asdict(payload)}
    if document.get("under", "") is None:
        # It came later, and what was proposed before keeps its key.
        del document["under"]
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def write_payload(payload: Payload) -> dict[str, object]:
    return asdict(payload)


def read_payload(kind: str, document: dict[str, object]) -> Payload:
    """The payload from its stored JSON. Raises ``BadInput`` when it is not one of ours."""
    fields = dict(document)
    try:
        if isinstance(edits := fields.get("edits"), list):
            fields["edits"] = tuple(Edit(**edit) for edit in edits)
        if isinstance(message := fields.get("message"), dict):
            fields["message"] = _read_message(message)
        return _PAYLOADS[EffectKind(kind)](**fields)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise BadInput(f"The ledger holds an effect of kind {kind!r} that cannot be read: {error}") from error


def _read_message(document: dict[str, object]) -> ChatMessage:
    buttons = document.get("buttons")
    read = [Button(one["label"], Answer(one["answer"]), one["effect"]) for one in buttons] if isinstance(buttons, list) else []
    return ChatMessage(**document | {"buttons": tuple(read)})  # type: ignore[arg-type]


def cause_key(file: str, function: str | None, exception_type: str) -> str:
    """What issues with one root cause have in common."""
    return hashlib.sha256("\0".join((file, function or "", exception_type)).encode()).hexdigest()[:32]


def branch_name(issue: str, diff: str) -> str:
    """The same fix of the same issue always has the same branch."""
    safe = "".join(character if character.isascii() and character.isalnum() else "-" for character in issue.lower())
    safe = "-".join(part for part in safe.split("-") if part)[:40] or "issue"
    return f"paramedic/{safe}-{hashlib.sha256(diff.encode()).hexdigest()[:8]}"
