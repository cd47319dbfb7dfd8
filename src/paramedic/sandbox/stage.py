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
from paramedic.sandbox.copies import copy_file, without_data
from paramedic.sandbox.environment import Environment
from paramedic.source.tree import SourceTree, is_test_path

_KEPT_STAGES = 12
_COMPILE_LIMITS = Limits(wall_seconds=90, cpu_seconds=90)
_COMPILE = "import compileall,sys\nfor line in sys.stdin: compileall.compile_file(line.rstrip('\\n'), quiet=2, legacy=False)"


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
    digest = hashlib.sha256(f"3\n{tree.root}\n{environment.key}\n".encode())
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
    for path in without_data(tree):
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
