"""Git itself as the forge: one commit on top of another, and a new branch of a remote. No work tree, no hooks, no prompts."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from paramedic.model.errors import OutsideError, SourceError
from paramedic.model.repair import Edit
from paramedic.source import encoding

_AUTHOR = ("Paramedic", "paramedic@localhost")
_SAFE_BRANCH = re.compile(r"^paramedic/[A-Za-z0-9._-]{1,100}$")
_URL_SECRET = re.compile(r"(://)[^/@\s]*@")
_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository that can be pushed to. ``credentials`` are a user name and a password for https."""

    url: str
    credentials: tuple[str, str] | None = None


def commit(mirror: Path, base: str, edits: tuple[Edit, ...], message: str, moment: int) -> str:
    """The sha of one commit in the bare repository ``mirror``. The same arguments give the same sha.

    Raises ``SourceError`` when a file at ``base`` is not what the edit was made for.
    """
    with tempfile.TemporaryDirectory(prefix="paramedic-index-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        _git(mirror, "read-tree", base, environment=index)
        for edit in edits:
            blob = _git(mirror, "hash-object", "-w", "--stdin", stdin=_content(mirror, base, edit)).strip()
            mode = _mode(mirror, base, edit.path)
            _git(mirror, "update-index", "--add", "--cacheinfo", f"{mode},{blob},{edit.path}", environment=index)
        tree = _git(mirror, "write-tree", environment=index).strip()
    return _git(mirror, "commit-tree", tree, "-p", base, stdin=message.encode(), environment=_signature(moment)).strip()


def push(mirror: Path, remote: Remote, sha: str, branch: str) -> None:
    """Make ``branch`` of the remote point at ``sha``. It never overwrites: a branch that is elsewhere is an error."""
    if not _SAFE_BRANCH.match(branch):
        raise SourceError(f"{branch!r} is not a branch name that Paramedic makes.")
    _git(mirror, "push", "--quiet", "--no-verify", "--", remote.url, f"{sha}:refs/heads/{branch}", remote=remote)


def remote_sha(remote: Remote, branch: str) -> str | None:
    """Where the remote's branch points, None when there is no such branch."""
    answer = _git(None, "ls-remote", "--heads", "--", remote.url, f"refs/heads/{branch}", remote=remote)
    return answer.split()[0] if answer.strip() else None


def remote_head(remote: Remote) -> str | None:
    """The name of the remote's default branch."""
    found = re.search(
        r"^ref: refs/heads/(\S+)\tHEAD$",
        _git(None, "ls-remote", "--symref", "--", remote.url, "HEAD", remote=remote),
        re.MULTILINE,
    )
    return found[1] if found else None


def _content(mirror: Path, base: str, edit: Edit) -> bytes:
    """The file after the edit, in the encoding and with the byte order mark of the file before."""
    parts = Path(edit.path).parts
    if Path(edit.path).is_absolute() or ".." in parts or ".git" in parts or any(ord(letter) < 32 for letter in edit.path):
        raise SourceError(f"{edit.path!r} is not a path inside the repository.")
    old = _old_content(mirror, base, edit.path)
    if (encoding.decode(old, edit.path) if old is not None else "") != edit.before:
        raise SourceError(f"{edit.path} at {base[:12]} is not what the edit was made for.")
    mark = b"\xef\xbb\xbf" if old is not None and encoding.has_byte_order_mark(old) else b""
    return mark + encoding.encode(edit.after)


def _old_content(mirror: Path, base: str, path: str) -> bytes | None:
    if not _git(mirror, "ls-tree", base, "--", path).strip():
        return None
    return _run(mirror, ("cat-file", "blob", f"{base}:{path}"))


def _mode(mirror: Path, base: str, path: str) -> str:
    line = _git(mirror, "ls-tree", base, "--", path)
    return line.split()[0] if line.strip() else "100644"


def _signature(moment: int) -> dict[str, str]:
    name, email = _AUTHOR
    date = f"{moment} +0000"
    return {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _parts(name, email, date)}


def _parts(name: str, email: str, date: str) -> tuple[tuple[str, str], ...]:
    return (("NAME", name), ("EMAIL", email), ("DATE", date))


def _git(
    folder: Path | None,
    *arguments: str,
    stdin: bytes = b"",
    environment: dict[str, str] | None = None,
    remote: Remote | None = None,
) -> str:
    return _run(folder, arguments, stdin, environment, remote).decode("utf-8", "replace")


def _run(
    folder: Path | None,
    arguments: tuple[str, ...],
    stdin: bytes = b"",
    environment: dict[str, str] | None = None,
    remote: Remote | None = None,
) -> bytes:
    prefix = ["git", "-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never", "-c", "core.fsmonitor=false"]
    if folder is not None:
        prefix += ["--git-dir", str(folder)]
    try:
        done = subprocess.run(
            [*prefix, *arguments],
            input=stdin,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env=_environment(remote) | (environment or {}),
        )
    except subprocess.TimeoutExpired as error:
        raise OutsideError(f"git {arguments[0]} took longer than {_SECONDS} s.") from error
    if done.returncode != 0:
        raise _failed(arguments[0], done.stderr.decode("utf-8", "replace"), remote)
    return done.stdout


def _environment(remote: Remote | None) -> dict[str, str]:
    """Nothing may ask a question. The password travels in the environment, where other users cannot read it."""
    kept = ("PATH", "HOME", "LANG", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "https_proxy", "HTTPS_PROXY", "no_proxy")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {"GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": "ssh -oBatchMode=yes", "LC_ALL": "C"}
    if remote and remote.credentials and remote.url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        token = b64encode(":".join(remote.credentials).encode()).decode()
        environment |= {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "http.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {token}",
        }
    return environment


def _failed(command: str, stderr: str, remote: Remote | None) -> SourceError | OutsideError:
    words = _URL_SECRET.sub(r"\1", " ".join(stderr.split()))[:400]
    if remote is None:
        return SourceError(f"git {command} failed: {words}")
    refused = any(
        sign in words for sign in ("rejected", "denied", "Authentication failed", "not found", "could not read Username")
    )
    remedy = "Check the repository's url and that the forge's token, or the SSH key of this user, may push to it."
    return OutsideError(f"git {command} failed: {words}", remedy=remedy, permanent=refused)
