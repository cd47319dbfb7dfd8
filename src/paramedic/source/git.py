"""Git as a child process that asks nothing, runs nothing of the repository, and comes back in time."""

from __future__ import annotations

import os
import re
import subprocess
from base64 import b64encode
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TypeAlias

from paramedic.model.errors import OutsideError, SourceError

Credentials: TypeAlias = tuple[str, str]
"""User name and password (or token) for http."""

_SECONDS = 300
_PASSED_ON = (
    *("PATH", "HOME", "LANG", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"),
    *("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "all_proxy"),
)
_OVERRIDES = (
    *("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.sshCommand=ssh -oBatchMode=yes"),
    *("-c", "protocol.ext.allow=never", "-c", "credential.helper=", "-c", "core.untrackedCache=false"),
)
_PERMANENT = ("denied", "rejected", "Authentication failed", "not found", "could not read", "does not appear")
_URL_SECRET = re.compile(r"(://)[^/@\s]*@")
_REFERENCE = re.compile(r"^(?!-)(?!.*(?:\.\.|//|@\{|\.lock(?:/|$)))[^\x00-\x20\x7f~^:?*\[\\]{1,250}(?<![./])$")


def run_git(
    folder: Path | None,
    *arguments: str,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    credentials: Credentials | None = None,
    outside: bool = False,
) -> bytes:
    """Standard output of git on the repository whose git folder is ``folder``.

    ``outside`` marks a command that speaks to a remote: its failure is ``OutsideError``, else ``SourceError``. Messages carry
    no credentials. Arguments from outside must come after ``--``, or have passed ``checked_reference``.
    """
    place = ("--git-dir", str(folder)) if folder else ()
    try:
        done = subprocess.run(
            ["git", *_OVERRIDES, *place, *arguments],
            input=stdin,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env=_environment(credentials) | dict(environment or {}),
        )
    except FileNotFoundError as error:
        raise SourceError("git is not installed.", remedy="Install it: apt-get install git.") from error
    except subprocess.TimeoutExpired as error:
        raise OutsideError(f"git {arguments[0]} took longer than {_SECONDS} s.") from error
    if done.returncode:
        raise _failure(arguments[0], done.stderr, outside=outside)
    return done.stdout


def git_text(folder: Path | None, *arguments: str, outside: bool = False, credentials: Credentials | None = None) -> str:
    """As ``run_git``, decoded and without the newline at the end."""
    return run_git(folder, *arguments, outside=outside, credentials=credentials).decode("utf-8", "replace").strip()


def checked_reference(name: str) -> str:
    """``name`` if git could have made it as a branch or tag and it cannot be taken for an option. Raises ``SourceError``."""
    if not _REFERENCE.match(name):
        raise SourceError(f"{name!r} is not a branch, tag or commit.")
    return name


def without_credentials(text: str) -> str:
    """URLs in ``text`` without what stands before their ``@``."""
    return _URL_SECRET.sub(r"\1", text)


def _environment(credentials: Credentials | None) -> dict[str, str]:
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(files("paramedic.source").joinpath("gitconfig")),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "/bin/false",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "LC_ALL": "C",
    }
    if credentials:
        # In the environment, because the arguments of a process can be read by every user of the machine.
        token = b64encode(":".join(credentials).encode()).decode()
        environment |= {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "http.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {token}",
        }
    return environment


def _failure(command: str, stderr: bytes, *, outside: bool) -> SourceError | OutsideError:
    said = without_credentials(" ".join(stderr.decode("utf-8", "replace").split()))[:400]
    if not outside:
        return SourceError(f"git {command} failed: {said}")
    refused = any(sign in said for sign in _PERMANENT)
    remedy = "Check the repository's url, and that the token or the SSH key of this user may use it."
    return OutsideError(f"git {command} failed: {said}", remedy=remedy, permanent=refused)
