"""What git knows of a file: its commits, who wrote a line, and what a commit changed."""

from __future__ import annotations

import re
from pathlib import Path

from paramedic.model.errors import SourceError
from paramedic.source.git import git_text

_SHA = re.compile(r"^[0-9a-f]{7,40}$")
_LINE = "%h %ad %an: %s"


def log(folder: Path, commit: str, path: str | None, count: int) -> str:
    """The last ``count`` commits before and with ``commit``, one a line: of one file, or of all."""
    where = ("--", f":(literal){path}") if path else ()
    return git_text(folder, "log", f"--format={_LINE}", "--date=short", f"-n{count}", _checked(commit), *where)


def blame(folder: Path, commit: str, path: str, first: int, last: int) -> str:
    """Who last changed each of the lines, and in which commit."""
    return git_text(folder, "blame", "--date=short", f"-L{first},{last}", _checked(commit), "--", path)


def show(folder: Path, commit: str, path: str | None) -> str:
    """Message and changes of one commit, of one file or of all. No filter or driver of the repository is run."""
    where = ("--", f":(literal){path}") if path else ()
    how = ("--format=%H%n%an, %ad%n%n%B", "--date=iso", "--no-ext-diff", "--no-textconv", "--stat", "--patch")
    return git_text(folder, "show", *how, _checked(commit), *where)


def _checked(commit: str) -> str:
    if not _SHA.match(commit):
        raise SourceError(f"{commit!r} is not a commit.", remedy="Give its id, 7 to 40 hex digits.")
    return commit
