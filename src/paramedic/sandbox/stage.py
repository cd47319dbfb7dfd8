"""The copy of a tree that is mounted into sandboxes: without git's folder and environments, with compiled bytecode.

A checkout may hold credentials (``.git/config``) and someone's virtual environments, so it is never mounted itself. The
bytecode makes each of a triage's many short runs start in milliseconds; it is compiled without running anything.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paramedic.model.execution import Command, Limits, Mount, Sandbox
from paramedic.sandbox.environment import Environment
from paramedic.source.tree import SourceTree, is_test_path

_LONG_AGO = 1_000_000_000
"""Modification time of every file: text laid over one is surely newer, so that its bytecode is never taken for valid."""

_KEPT_STAGES = 12
_COMPILE_LIMITS = Limits(wall_seconds=90, cpu_seconds=90)
_COMPILE = "import compileall,sys\nfor line in sys.stdin: compileall.compile_file(line.rstrip('\\n'), quiet=2, legacy=False)"
_LARGEST = 200_000_000


def stage_of(tree: SourceTree, environment: Environment, sandbox: Sandbox, inside: str) -> Path:
    """The staged copy, made once per content and environment, shared by all processes of one home."""
    folder = environment.home / "stages"
    stage = folder / _key(tree, environment)
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / ".lock"):
        if not (stage / "done").exists():
            _build(tree, environment, sandbox, inside, stage)
            _forget_old(folder, stage)
        os.utime(stage)
    return stage / "tree"


def _key(tree: SourceTree, environment: Environment) -> str:
    digest = hashlib.sha256(f"2\n{tree.root}\n{environment.key}\n".encode())
    for path in tree.files(""):
        try:
            found = (tree.root / path).lstat()
        except OSError:
            continue
        digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:24]


def _build(tree: SourceTree, environment: Environment, sandbox: Sandbox, inside: str, stage: Path) -> None:
    shutil.rmtree(stage, ignore_errors=True)
    copy = stage / "tree"
    copy.mkdir(parents=True)
    for path in _bounded(tree):
        copy_file(tree.root / path, copy / path, tree.root)
    for path, source in environment.overlay_files.items():
        if not (copy / path).exists():
            copy_file(source, copy / path, source.parent)
    paths = [path for path in tree.files() if not is_test_path(path) and (copy / path).is_file()]
    command = Command(
        argv=(str(environment.interpreter), "-I", "-S", "-c", _COMPILE),
        directory=inside,
        mounts=(*environment.mounts(), Mount(copy, inside, writable=True)),
        limits=_COMPILE_LIMITS,
        stdin="".join(f"{inside}/{path}\n" for path in paths if "\n" not in path).encode(),
    )
    sandbox.run(command)
    (stage / "done").touch()


def _bounded(tree: SourceTree) -> Iterator[str]:
    """All files, code first, until a size is reached that only data can have."""
    total = 0
    for path in sorted(tree.files(""), key=lambda path: not path.endswith((".py", ".toml", ".cfg", ".ini"))):
        try:
            total += (tree.root / path).lstat().st_size
        except OSError:
            continue
        if total > _LARGEST:
            return
        yield path


def copy_file(source: Path, target: Path, root: Path) -> None:
    """Copy one regular file, or a link that stays inside ``root``; anything else is left out."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if source.is_symlink():
            if source.resolve().is_relative_to(root) and not source.readlink().is_absolute():
                target.symlink_to(source.readlink())
        elif source.is_file():
            shutil.copyfile(source, target)
            target.chmod(0o755 if os.access(source, os.X_OK) else 0o644)
            os.utime(target, (_LONG_AGO, _LONG_AGO))
    except (OSError, RuntimeError):
        return


def private_copy(stage: Path, target: Path) -> None:
    """A writable copy of a stage; modification times are kept, so that its bytecode stays valid."""
    shutil.copytree(stage, target, symlinks=True)


def _forget_old(folder: Path, keep: Path) -> None:
    stages = sorted((path for path in folder.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in stages[_KEPT_STAGES:]:
        if path != keep:
            doomed = path.with_name(f".gone-{uuid.uuid4().hex}")
            path.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
