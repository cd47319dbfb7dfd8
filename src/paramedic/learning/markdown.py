"""Playbooks and knowledge as Markdown files: a head between two lines of ``---``, then the text.

The head is the part of YAML that is also easy to write by hand: one ``key: value`` a line; a value with odd characters is
quoted as in JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from paramedic.model.errors import BadInput

LARGEST_FILE = 400_000
_FENCE = "---"
_PLAIN = re.compile(r"^[A-Za-z0-9/][^:#\"'\n]*$")
_HEADING = re.compile(r"^#\s+(.+?)\s*#*$", re.MULTILINE)
_SUFFIX = re.compile(r"(\.devin)?\.(md|markdown)$")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's head and text."""

    head: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def title(self, file_name: str) -> str:
        """As the head says; else the first heading; else the file's name."""
        heading = _HEADING.search(self.body)
        return (self.head.get("title") or self.head.get("name") or (heading[1] if heading else "") or stem(file_name))[:300]


def read_sheet(text: str, file_name: str) -> Sheet:
    """Raises ``BadInput`` with the line of the fault."""
    if len(text) > LARGEST_FILE or "\0" in text:
        raise BadInput(f"{file_name} is no Markdown of at most {LARGEST_FILE} characters.")
    lines = text.lstrip("\ufeff").splitlines()
    if not lines or lines[0].strip() != _FENCE:
        return Sheet({}, text.strip() + "\n")
    end = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == _FENCE), None)
    if end is None:
        raise BadInput(f"{file_name}: the head that begins in line 1 does not end.", remedy="End it with a line of ---.")
    head = dict(_entry(line, number, file_name) for number, line in enumerate(lines[1:end], 2) if line.strip())
    return Sheet(head, "\n".join(lines[end + 1 :]).strip() + "\n")


def write_sheet(head: Mapping[str, str | bool | None], body: str) -> str:
    """The file; entries without a value are left out."""
    entries = "".join(f"{key}: {_written(value)}\n" for key, value in head.items() if value is not None)
    return f"{_FENCE}\n{entries}{_FENCE}\n\n{body.strip()}\n"


def stem(file_name: str) -> str:
    """``incident/triage.devin.md`` gives triage."""
    return _SUFFIX.sub("", file_name.replace("\\", "/").rsplit("/", 1)[-1])


def _entry(line: str, number: int, file_name: str) -> tuple[str, str]:
    key, colon, value = line.partition(":")
    if not colon or not key.strip() or key[0].isspace():
        raise BadInput(f"{file_name}, line {number}: {line[:80]!r} is not of the form key: value.")
    value = value.strip()
    if value.startswith('"'):
        return key.strip(), _unquoted(value, number, file_name)
    if len(value) > 1 and value[0] == value[-1] == "'":
        return key.strip(), value[1:-1].replace("''", "'")
    return key.strip(), value


def _unquoted(value: str, number: int, file_name: str) -> str:
    try:
        return str(json.loads(value))
    except json.JSONDecodeError as error:
        raise BadInput(f"{file_name}, line {number}: the quoted value is broken at column {error.colno}.") from error


def _written(value: str | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    plain = _PLAIN.match(value) and value == value.strip()
    return value if plain else json.dumps(value, ensure_ascii=False)
