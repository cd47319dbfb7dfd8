"""Bytecode of installed packages, compiled once per machine and shared between environments by hard links.

Runs of a triage are many and short, and compiling what they import would be most of their time. Nothing of a package runs
while it is compiled.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from paramedic.model.execution import Command, Limits, Mount
from paramedic.sandbox.choose import choose_sandbox
from paramedic.sandbox.interpreters import Interpreter
from paramedic.sandbox.overlay import link_or_copy
from paramedic.sandbox.uv import interpreter_mounts

_LIMITS = Limits(wall_seconds=300, cpu_seconds=600)
_COMPILE = (
    "import compileall,sys\nfor line in sys.stdin: compileall.compile_file(line.rstrip('\\n'), quiet=2, invalidation_mode=MODE)"
).replace("MODE", "__import__('py_compile').PycInvalidationMode.TIMESTAMP")


def compile_packages(interpreter: Interpreter, site: Path, home: Path) -> None:
    """Put ``__pycache__`` beside every module of ``site``: from the store what is there, the rest compiled and stored."""
    store = home / "bytecode" / f"{interpreter.version}"
    todo: list[tuple[Path, list[str]]] = []
    for record in sorted(site.glob("*.dist-info/RECORD")):
        modules = [name for name in _modules(record) if (site / name).is_file()]
        shelf = store / _shelf(record, site, modules)
        if shelf.is_dir():
            _take(shelf, site)
        elif modules:
            todo.append((shelf, modules))
    names = [name for _, modules in todo for name in modules]
    if names:
        _compile(interpreter, site, names)
        for shelf, modules in todo:
            _keep(shelf, site, modules)


def _modules(record: Path) -> Iterator[str]:
    text = record.read_text(encoding="utf-8", errors="replace")
    for line in text.splitlines():
        name = line.partition(",")[0]
        if name.endswith(".py") and not name.startswith(("/", '"')) and ".." not in name.split("/"):
            yield name


def _shelf(record: Path, site: Path, modules: list[str]) -> str:
    """Bytecode is valid for a source's time and size, so both are in the name, with the hashes that RECORD lists."""
    digest = hashlib.sha256(record.read_bytes())
    for name in modules:
        found = (site / name).stat()
        digest.update(f"{int(found.st_mtime)} {found.st_size}\n".encode())
    return f"{record.parent.name.removesuffix('.dist-info')}-{digest.hexdigest()[:16]}"


def _compile(interpreter: Interpreter, site: Path, names: list[str]) -> None:
    command = Command(
        argv=(str(interpreter.path), "-I", "-S", "-c", _COMPILE),
        directory=str(site),
        mounts=(*interpreter_mounts(interpreter), Mount(site, str(site), writable=True)),
        limits=_LIMITS,
        stdin="".join(f"{site}/{name}\n" for name in names).encode(),
    )
    choose_sandbox("auto").run(command)


def _caches(site: Path, modules: list[str]) -> Iterator[Path]:
    for folder in sorted({(site / name).parent for name in modules}):
        yield from sorted((folder / "__pycache__").glob("*.pyc"))


def _keep(shelf: Path, site: Path, modules: list[str]) -> None:
    scratch = shelf.with_name(f".{uuid.uuid4().hex}")
    stems = {(site / name).with_suffix("") for name in modules}
    for path in _caches(site, modules):
        if path.parent.parent / path.name.split(".")[0] in stems:
            target = scratch / path.relative_to(site)
            target.parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(path, target)
    if scratch.is_dir():
        try:
            scratch.rename(shelf)
        except OSError:
            shutil.rmtree(scratch, ignore_errors=True)


def _take(shelf: Path, site: Path) -> None:
    for folder, _, names in os.walk(shelf):
        target = site / Path(folder).relative_to(shelf)
        if names:
            target.mkdir(parents=True, exist_ok=True)
        for name in names:
            if not (target / name).exists():
                link_or_copy(Path(folder, name), target / name)
