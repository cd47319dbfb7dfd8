"""Playbooks and knowledge: what people taught, in the version that stands or one before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Shelf(StrEnum):
    """What an entry is."""

    PLAYBOOK = "playbook"
    KNOWLEDGE = "knowledge"


@dataclass(frozen=True, slots=True)
class Playbook:
    """``macro`` is how prompts call it: ``!triage``. ``created_by`` and ``created_at`` are of the first version."""

    id: str
    org_id: str
    macro: str | None
    version: int
    title: str
    body: str
    output_schema: Mapping[str, object] | None
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str


@dataclass(frozen=True, slots=True)
class Note:
    """``trigger`` says when to recall it; ``pinned_to`` is ``all``, ``owner/repository``, or None."""

    id: str
    org_id: str
    version: int
    name: str
    trigger: str
    body: str
    pinned_to: str | None
    folder: str | None
    enabled: bool
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str


@dataclass(frozen=True, slots=True)
class Recalled:
    """What a session was given, under the ``label`` that its answer cites; ``cited`` is None before there is an answer."""

    label: str
    shelf: Shelf
    source_id: str
    version: int
    title: str
    body: str
    why: str
    cited: bool | None = None
