"""Edits of whole files as unified diffs, and onto a checkout."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from paramedic.model.errors import SourceError
from paramedic.model.repair import Edit
from paramedic.source import encoding

_NO_NEWLINE = "\\ No newline at end of file\n"
_LINE = re.compile(r"[^\n]*\n|[^\n]+$")


def unified_diff(edits: tuple[Edit, ...]) -> str:
    """One diff as ``git apply`` takes it, files in order of path, unchanged ones left out."""
    return "".join(_one(edit) for edit in sorted(edits, key=lambda edit: edit.path) if edit.before != edit.after)


def _one(edit: Edit) -> str:
    header = f"diff --git a/{edit.path} b/{edit.path}\n"
    old, new = f"a/{edit.path}", f"b/{edit.path}"
    if not edit.before:
        header, old = f"{header}new file mode 100644\n", "/dev/null"
    # Only "\n" ends a line for git; str.splitlines would also split at form feeds and the like.
    before, after = _LINE.findall(edit.before), _LINE.findall(edit.after)
    return header + "".join(_terminated(difflib.unified_diff(before, after, old, new)))


def _terminated(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}"


def apply(edits: tuple[Edit, ...], root: Path) -> None:
    """Write each edit's ``after`` under ``root``, in the encoding of the file, byte order mark kept.

    All or nothing as far as can be checked first: raises ``SourceError`` before writing when a path leads out of ``root`` or
    a file is not what ``before`` says.
    """
    targets = [(_target(root.resolve(), edit), edit) for edit in edits]
    for path, edit in targets:
        path.parent.mkdir(parents=True, exist_ok=True)
        mark = b"\xef\xbb\xbf" if path.exists() and encoding.has_byte_order_mark(path.read_bytes()) else b""
        path.write_bytes(mark + encoding.encode(edit.after))


def _target(root: Path, edit: Edit) -> Path:
    pure = PurePosixPath(edit.path)
    path = (root / pure).resolve()
    if pure.is_absolute() or ".." in pure.parts or not path.is_relative_to(root) or ".git" in pure.parts:
        raise SourceError(f"{edit.path!r} is not a path inside the repository.")
    current = encoding.decode(path.read_bytes(), edit.path) if path.is_file() else ""
    if current != edit.before:
        raise SourceError(f"{edit.path} is not what the edit was made for.", remedy="Check out the commit that was diagnosed.")
    return path
