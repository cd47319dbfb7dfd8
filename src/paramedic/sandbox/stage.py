"""The copy of a tree that is mounted into sandboxes: without git's folder and environments, with compiled bytecode.

A checkout may hold credentials (``.git/config``) and someone's virtual environments, so it is never mounted itself. The
bytecode makes each of a triage's many short runs start in milliseconds; it is compiled without running anything.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from paramedic.model.execution import Command, Limits, Mount, Sandbox
from paramedic.sandbox.copies import copy_file, forget_unused, without_data
from paramedic.sandbox.environment import Environment
from paramedic.source.locks import locked
from paramedic.source.tree import SourceTree, is_test_path

_COMPILE_LIMITS = Limits(wall_seconds=90, cpu_seconds=90)
_COMPILE = "import compileall,sys\nfor line in sys.stdin: compileall.compile_file(line.rstrip('\\n'), quiet=2, legacy=False)"


def stage_of(tree: SourceTree, environment: Environment, sandbox: Sandbox, inside: str) -> Path:
    """The staged copy, made once per content and environment, shared by all processes of one home."""
    folder = environment.home / "stages"
    stage = folder / _key(tree, environment)
    with locked(stage.with_suffix(".lock")):
        if not (stage / "done").exists():
            _build(tree, environment, sandbox, inside, stage)
            forget_unused(folder, keep=stage.name)
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
