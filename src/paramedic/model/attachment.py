"""A file that came with a prompt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """``content_type`` is what its sender said, who may be anybody, of ``data``, which may be anything."""

    id: str
    name: str
    content_type: str
    data: bytes
