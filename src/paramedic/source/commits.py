"""Commit objects made from edits, without a work tree."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePosixPath

from paramedic.model.errors import SourceError
from paramedic.model.repair import Edit
from paramedic.source import encoding
from paramedic.source.git import Credentials, checked_reference, git_text, run_git

AUTHOR = ("Paramedic", "paramedic@localhost")


def commit(folder: Path, base: str, edits: tuple[Edit, ...], message: str, moment: int | None = None) -> str:
    """The id of one commit on top of ``base`` in the repository whose git folder is ``folder``. Deterministic.

    ``moment`` is its time in seconds since 1970, by default that of ``base``. Raises ``SourceError`` when a file at ``base``
    is not what its edit was made for.
    """
    checked_reference(base)
    if moment is None:
        moment = int(git_text(folder, "show", "--no-patch", "--format=%ct", base))
    with tempfile.TemporaryDirectory(prefix="paramedic-index-") as scratch:
        index = {"GIT_INDEX_FILE": str(Path(scratch, "index"))}
        run_git(folder, "read-tree", base, environment=index)
        for edit in edits:
            mode, content = _changed(folder, base, edit)
            blob = run_git(folder, "hash-object", "-w", "--stdin", stdin=content).decode().strip()
            entry = f"{mode},{blob},{edit.path}"
            run_git(folder, "update-index", "--add", "--cacheinfo", entry, environment=index)
        tree = run_git(folder, "write-tree", environment=index).decode().strip()
    made = run_git(folder, "commit-tree", tree, "-p", base, stdin=message.encode(), environment=_signature(moment))
    return made.decode().strip()


def push(folder: Path, url: str, sha: str, branch: str, *, credentials: Credentials | None = None) -> bool:
    """Make ``branch`` of the remote point at ``sha``; False when it already did. A branch that is elsewhere is an error."""
    name = f"refs/heads/{checked_reference(branch)}"
    there = git_text(None, "ls-remote", "--", url, name, outside=True, credentials=credentials).split()
    if there and there[0] == sha:
        return False
    # An empty lease is kept only by a branch that is not there: a fast-forward of somebody's branch is refused too.
    lease = f"--force-with-lease={name}:"
    run_git(folder, "push", "--quiet", "--no-verify", lease, "--", url, f"{sha}:{name}", outside=True, credentials=credentials)
    return True


def _changed(folder: Path, base: str, edit: Edit) -> tuple[str, bytes]:
    """Mode and new content of the file, in the encoding and with the byte order mark of the old one."""
    parts = PurePosixPath(edit.path).parts
    unsafe = PurePosixPath(edit.path).is_absolute() or {"..", ".git"}.intersection(part.lower() for part in parts)
    if not parts or unsafe or any(ord(letter) < 32 for letter in edit.path):
        raise SourceError(f"{edit.path!r} is not a path inside the repository.")
    line = git_text(folder, "ls-tree", base, "--", f":(literal,top){edit.path}")
    old = run_git(folder, "cat-file", "blob", line.split()[2]) if line else b""
    if encoding.decode(old, edit.path) != edit.before:
        raise SourceError(f"{edit.path} at {base[:12]} is not what the edit was made for.")
    mark = b"\xef\xbb\xbf" if encoding.has_byte_order_mark(old) else b""
    return (line.split()[0] if line else "100644"), mark + encoding.encode(edit.after)


def _signature(moment: int) -> dict[str, str]:
    name, email = AUTHOR
    values = {"NAME": name, "EMAIL": email, "DATE": f"{moment} +0000"}
    return {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in values.items()}
