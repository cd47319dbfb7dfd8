"""List, read and search the files of the session's work tree."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator

from pydantic import Field

from paramedic.agent.tools.base import Arguments, Tool, Workshop
from paramedic.model.agent import Outcome
from paramedic.model.diagnosis import Provenance
from paramedic.model.errors import SourceError
from paramedic.model.toolbox import ToolState

_MOST_PATHS = 300
_MOST_LINES = 400
_MOST_HITS = 80
_LONGEST_LINE = 300
_LARGEST_SEARCHED = 1_000_000


class ListFiles(Arguments):
    folder: str = Field("", description="Relative to the root; empty for the root.")
    pattern: str = Field("*", description="Name pattern such as *.py; also matches in folders below.")


class ReadFile(Arguments):
    path: str
    first: int = Field(1, ge=1, description="First line, counted from 1.")
    last: int | None = Field(None, ge=1, description=f"Last line; at most {_MOST_LINES} lines are shown.")


class Search(Arguments):
    pattern: str = Field(min_length=1, max_length=200, description="Text to look for; a regular expression when regex is true.")
    regex: bool = False
    paths: str = Field("*", description="Only in paths that match, such as src/*.py.")


def _list(shop: Workshop, asked: ListFiles) -> Outcome:
    folder = asked.folder.strip("/")
    prefix = f"{folder}/" if folder and folder != "." else ""
    inside = [path for path in shop.work.paths() if path.startswith(prefix)]
    found = [path for path in inside if fnmatch.fnmatchcase(path.rpartition("/")[2], asked.pattern)]
    if not found:
        return Outcome.no_data("No file matches.")
    more = [f"[{len(found) - _MOST_PATHS} more]"] if len(found) > _MOST_PATHS else []
    return _said("\n".join([*found[:_MOST_PATHS], *more]))


def _read(shop: Workshop, asked: ReadFile) -> Outcome:
    lines = _lines(shop.work.text(asked.path))
    last = min(asked.last or len(lines), asked.first + _MOST_LINES - 1, len(lines))
    if asked.first > len(lines):
        return Outcome.no_data(f"The file has {len(lines)} lines.")
    shown = [f"{number:>5}  {line[:2000]}" for number, line in enumerate(lines[asked.first - 1 : last], asked.first)]
    return _said("\n".join(shown) + (f"\n[of {len(lines)} lines]" if last < len(lines) or asked.first > 1 else ""))


def _search(shop: Workshop, asked: Search) -> Outcome:
    try:
        pattern = re.compile(asked.pattern if asked.regex else re.escape(asked.pattern))
    except re.error as error:
        return Outcome.error(f"The pattern is not a regular expression: {error}.")
    if asked.regex and _may_explode(asked.pattern):
        return Outcome.error("A repetition within a repetition may take for ever; use a simpler pattern.")
    hits = []
    for hit in _hits(shop, pattern, asked.paths):
        hits.append(hit)
        if len(hits) == _MOST_HITS:
            hits.append(f"[only the first {_MOST_HITS} are shown]")
            break
    return _said("\n".join(hits)) if hits else Outcome.no_data("Nothing matches.")


def _hits(shop: Workshop, pattern: re.Pattern[str], paths: str) -> Iterator[str]:
    for path in shop.work.paths():
        if not fnmatch.fnmatchcase(path, paths):
            continue
        for number, line in enumerate(_lines(_searchable(shop, path)), 1):
            if pattern.search(line[:2000]):
                yield f"{path}:{number}: {line.strip()[:_LONGEST_LINE]}"


def _searchable(shop: Workshop, path: str) -> str:
    """The text; "" for what is no text, too large, or leads out of the repository."""
    try:
        text = shop.work.text(path)
    except SourceError:
        return ""
    return text if len(text) <= _LARGEST_SEARCHED and "\0" not in text[:1000] else ""


def _may_explode(pattern: str) -> bool:
    """``(a+)+`` and its kin, whose time doubles with each letter."""
    return bool(re.search(r"[+*}][^()]*\)\s*(?:[+*]|\{\d*,)", pattern)) or pattern.count("*") + pattern.count("+") > 8


def _lines(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)


def _said(text: str) -> Outcome:
    return Outcome(ToolState.SUCCESS, text, Provenance.TRUSTED)


TOOLS = (
    Tool("list_files", "Paths of files, in a folder and below it.", ListFiles, _list),
    Tool("read_file", "Lines of a file, with their numbers.", ReadFile, _read, limit=30_000),
    Tool("search", "Lines that contain a text, as path:line: text.", Search, _search),
)
