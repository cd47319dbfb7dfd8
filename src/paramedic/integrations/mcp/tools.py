"""What a server offers, and how each tool stands: offered to sessions only as a person saw and approved it."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

import mcp_types

from paramedic.model.diagnosis import Provenance
from paramedic.model.toolbox import Tool
from paramedic.settings.file import McpServerConfig

MOST_DESCRIPTION_CHARACTERS = 4_000
MOST_SCHEMA_CHARACTERS = 20_000
Pins = Mapping[tuple[str, str], str]
"""Digests that a person approved, by server and tool."""


class Standing(StrEnum):
    """Why a tool may be used, or may not. A value is what people are shown."""

    ALLOWED = "allowed"
    UNAPPROVED = "not approved yet"
    CHANGED = "changed since it was approved"
    WRITES = "not read-only, and not named in tools"
    UNLISTED = "not in tools"
    UNUSABLE = "its name, description or schema is too long, or its name is taken"


@dataclass(frozen=True, slots=True)
class Offer:
    """One tool of one server. ``name`` is the server's own; ``tool`` is what sessions see, under a name of ours."""

    server: str
    name: str
    tool: Tool
    digest: str
    standing: Standing


def offers(server: str, config: McpServerConfig, tools: Iterable[mcp_types.Tool], pins: Pins) -> tuple[Offer, ...]:
    """Each tool with its standing, in the order of their names."""
    found: dict[str, Offer] = {}
    for offered in sorted(tools, key=lambda tool: tool.name):
        tool, digest = _tool(server, offered), _digest(offered)
        standing = _standing(config, offered, pins.get((server, offered.name)), digest)
        if tool.name in found or _is_too_long(offered, tool):
            standing = Standing.UNUSABLE
        # The first of two with one name of ours keeps it; the other is shown, and cannot be called.
        found[f"{tool.name}#{len(found)}" if tool.name in found else tool.name] = Offer(
            server, offered.name, tool, digest, standing
        )
    return tuple(found.values())


def plain(text: str, limit: int) -> str:
    """``text`` cut to ``limit`` characters, without control characters and marks that hide from people what a model reads."""
    return "".join(c for c in text[:limit] if c in "\n\t" or not unicodedata.category(c).startswith("C"))


def _standing(config: McpServerConfig, offered: mcp_types.Tool, pinned: str | None, digest: str) -> Standing:
    if offered.name not in config.tools:
        if not any("*" in pattern and fnmatchcase(offered.name, pattern) for pattern in config.tools):
            return Standing.UNLISTED
        if not _is_read_only(offered):
            return Standing.WRITES
    if pinned is None:
        return Standing.UNAPPROVED
    return Standing.ALLOWED if pinned == digest else Standing.CHANGED


def _is_read_only(offered: mcp_types.Tool) -> bool:
    return offered.annotations is not None and offered.annotations.read_only_hint is True


def _is_too_long(offered: mcp_types.Tool, tool: Tool) -> bool:
    schema = json.dumps(offered.input_schema, ensure_ascii=False)
    too_long = len(offered.description or "") > MOST_DESCRIPTION_CHARACTERS or len(schema) > MOST_SCHEMA_CHARACTERS
    return too_long or len(tool.name) > 64


def _tool(server: str, offered: mcp_types.Tool) -> Tool:
    """Names are those that every provider of models takes."""
    schema = plain(json.dumps(offered.input_schema, ensure_ascii=False), MOST_SCHEMA_CHARACTERS + 1)
    return Tool(
        name=re.sub(r"[^A-Za-z0-9_-]", "_", f"{server}__{offered.name}"),
        description=plain(offered.description or offered.title or "", MOST_DESCRIPTION_CHARACTERS),
        parameters=json.loads(schema) if len(schema) <= MOST_SCHEMA_CHARACTERS else {"type": "object"},
        read_only=_is_read_only(offered),
        provenance=Provenance.UNTRUSTED,
    )


def _digest(offered: mcp_types.Tool) -> str:
    """Of all that a model reads, and of what the server says of its effects; icons and the like may change."""
    shown = offered.model_dump(mode="json", include={"name", "title", "description", "input_schema", "annotations"})
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()
