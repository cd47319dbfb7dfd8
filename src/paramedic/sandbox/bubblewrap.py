"""Isolation by bubblewrap: fresh namespaces for everything, and nothing of the host but what is mounted.

What holds inside, for the superuser and for anybody:

- no network but a loopback of its own; no other process can be seen or signalled; System V and POSIX queues are apart;
- read-only: the system's programs and libraries, a handful of files from ``/etc``, and the mounts that the command names;
  writable: a ``/tmp``, a home and a ``/dev/shm`` of bounded size in memory, and mounts marked so. Nothing of it stays;
- an environment of exactly the given variables; an unprivileged user that cannot make another namespace;
- per process: CPU time, address space, file size, open files (``prlimit``); for all together: processes and memory
  (``census``), the wall clock, and the bytes that are kept of what it prints;
- when the first process ends, the clock runs out or we die, the kernel kills the whole process namespace.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from paramedic.model.errors import SandboxUnavailable
from paramedic.model.execution import Command, Limits, Mount, Outcome
from paramedic.sandbox.census import exceeded
from paramedic.sandbox.process import Finished, run_bounded
from paramedic.source.encoding import encode

INSTALL = "Install it with: apt-get install bubblewrap (or dnf, apk add bubblewrap), or set PARAMEDIC_SANDBOX=docker."
ALLOW = (
    "If this kernel or container forbids user namespaces, allow them (kernel.apparmor_restrict_unprivileged_userns=0,"
    " kernel.unprivileged_userns_clone=1), or set PARAMEDIC_SANDBOX=docker."
)
HOME = "/home/user"
_OLDEST = (0, 8)
_USER = "1000"
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = (
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "timezone", "ssl/certs", "ca-certificates", "pki/tls/certs"),
    *("alternatives", "mime.types", "services", "protocols", "magic", "fonts"),
)
_STUBS = ("passwd", "group", "hosts", "nsswitch.conf", "resolv.conf")


class BubblewrapSandbox:
    """See the module for what is guaranteed. One instance may be used from many threads."""

    name = "bubblewrap"

    def __init__(self, binary: Path | None = None, *, network: bool = False) -> None:
        found = shutil.which("bwrap") if binary is None else str(binary)
        if found is None:
            raise SandboxUnavailable("bubblewrap (bwrap) is not installed.", remedy=INSTALL)
        version = _version(found)
        if version < _OLDEST:
            shown = ".".join(map(str, version))
            raise SandboxUnavailable(
                f"bubblewrap {shown} is too old: 0.8 is the first that can keep nested namespaces out.", remedy=INSTALL
            )
        self._binary = found
        self._network = network

    def run(self, command: Command) -> Outcome:
        """Run and wait. Raises ``SandboxUnavailable`` when the isolation itself could not be set up."""
        with _staged(command) as staged:
            options = b"".join(option.encode() + b"\0" for option in self._options(command, staged))
            finished = run_bounded(
                [self._binary, "--", *_limited(command.limits), *command.argv],
                wall_seconds=command.limits.wall_seconds,
                output_bytes=command.limits.output_bytes,
                stdin=command.stdin,
                status_option="--json-status-fd",
                # Not as arguments: those of the first process can be read inside, and would tell paths of the host.
                hidden=("--args", options),
                inspect=lambda status: _over_limit(status, command.limits),
            )
        _check_started(finished)
        return outcome(finished)

    def _options(self, command: Command, staged: tuple[Mount, ...]) -> Iterator[str]:
        yield from ("--unshare-all", "--unshare-user", "--uid", _USER, "--gid", _USER, "--hostname", "sandbox")
        if self._network:
            yield "--share-net"
        yield from ("--die-with-parent", "--new-session", "--clearenv", "--disable-userns")
        yield from _system()
        if self._network:
            yield from ("--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf", "--ro-bind-try", "/etc/hosts", "/etc/hosts")
        yield from ("--proc", "/proc", "--dev", "/dev")
        size = str(command.limits.file_mib * 2**20)
        for folder in ("/dev/shm", "/tmp", HOME):  # noqa: S108 (inside the sandbox)
            yield from ("--perms", "1777", "--size", size, "--tmpfs", folder)
        for mount in (*command.mounts, *staged):
            yield from ("--bind" if mount.writable else "--ro-bind", str(mount.source), mount.target)
        # For the superuser the kernel lets the owner write /proc/sys, in any namespace: core_pattern alone is a way out.
        yield from ("--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", command.directory)
        for name, value in ({"HOME": HOME, "PATH": "/usr/bin:/bin"} | dict(command.environment)).items():
            yield from ("--setenv", name, value)


@lru_cache(maxsize=4)
def _version(binary: str) -> tuple[int, ...]:
    said = run_bounded([binary, "--version"], wall_seconds=10, output_bytes=1000).stdout.text()
    return tuple(map(int, re.findall(r"\d+", said)[:3]))


@lru_cache(maxsize=1)
def _system() -> tuple[str, ...]:
    options: list[str] = []
    for name in _SYSTEM:
        path = Path(name)
        if path.is_symlink():
            options += ("--symlink", str(path.readlink()), name)
        elif path.is_dir():
            options += ("--ro-bind", name, name)
    for name in _ETC:
        options += ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    for name in _STUBS:
        options += ("--ro-bind", str(files("paramedic.sandbox").joinpath("etc", name)), f"/etc/{name}")
    return tuple(options)


@contextmanager
def _staged(command: Command) -> Iterator[tuple[Mount, ...]]:
    """The command's texts as files of the host, to be bound over what is there inside."""
    if not command.files:
        yield ()
        return
    with tempfile.TemporaryDirectory(prefix="paramedic-files-") as folder:
        mounts = []
        for number, (target, text) in enumerate(sorted(command.files.items())):
            path = Path(folder, str(number))
            path.write_bytes(encode(text))
            mounts.append(Mount(path, target))
        yield tuple(mounts)


def _limited(limits: Limits) -> Iterator[str]:
    yield "/usr/bin/prlimit"
    yield f"--as={limits.memory_mib * 2**20}"
    yield f"--cpu={limits.cpu_seconds}"
    yield f"--fsize={limits.file_mib * 2**20}"
    yield f"--nofile={limits.open_files}"
    yield f"--nproc={limits.processes}"
    yield "--core=0"
    yield "--"


def _documents(status: bytes) -> Iterator[dict[str, int]]:
    for line in status.splitlines():
        try:
            document = json.loads(line)
        except ValueError:
            continue
        if isinstance(document, dict):
            yield document


def _over_limit(status: bytes, limits: Limits) -> str | None:
    pid = next((document["child-pid"] for document in _documents(status) if "child-pid" in document), None)
    return None if pid is None else exceeded(pid, limits)


def _check_started(finished: Finished) -> None:
    """bwrap reports the exit code of what it ran; without one, and not ended by us, it never came so far."""
    if finished.timed_out or finished.stopped or any("exit-code" in document for document in _documents(finished.status)):
        return
    said = finished.stderr.text().strip().splitlines()
    reason = said[-1] if said else "no reason given"
    raise SandboxUnavailable(f"bubblewrap could not set up the sandbox: {reason}.", remedy=ALLOW)


def outcome(finished: Finished) -> Outcome:
    """The result as the model has it; why we stopped the run is the last line of its stderr."""
    stderr = finished.stderr.text()
    if finished.stopped:
        stderr = f"{stderr.rstrip()}\n[stopped: {finished.stopped}]\n".lstrip()
    ended_by_us = finished.timed_out or bool(finished.stopped)
    return Outcome(
        exit_code=137 if ended_by_us else finished.exit_code,
        stdout=finished.stdout.text(),
        stderr=stderr,
        seconds=finished.seconds,
        timed_out=finished.timed_out,
        truncated=finished.stdout.truncated or finished.stderr.truncated,
    )
