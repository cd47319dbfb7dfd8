"""The playbooks that come with Paramedic."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from paramedic.learning.markdown import read_sheet


@dataclass(frozen=True, slots=True)
class Starter:
    macro: str
    title: str
    body: str


def starters() -> tuple[Starter, ...]:
    """By macro."""
    folder = resources.files("paramedic.learning") / "starters"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".md")), key=lambda entry: entry.name)
    sheets = [(entry.name, read_sheet(entry.read_text(encoding="utf-8"), entry.name)) for entry in files]
    return tuple(Starter(sheet.head["macro"], sheet.title(name), sheet.body) for name, sheet in sheets)
