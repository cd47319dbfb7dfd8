"""Copies of a tree's files, to be mounted or built from instead of the checkout."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from paramedic.source.tree import SourceTree

_LONG_AGO = 1_000_000_000
"""Modification time of every file: text laid over one is surely newer, so that its bytecode is never taken for valid."""

_LARGEST = 200_000_000
_DAY_SECONDS = 86_400


def without_data(tree: SourceTree) -> Iterator[str]:
    """All files, code first, until a size is reached that only data can have."""
    total = 0
    code_first = sorted(tree.files(""), key=lambda path: not path.endswith((".py", ".toml", ".cfg", ".ini")))
    for path in (*_metadata(tree), *code_first):
        try:
            total += (tree.root / path).lstat().st_size
        except OSError:
            continue
        if total > _LARGEST:
            return
        yield path


def _metadata(tree: SourceTree) -> Iterator[str]:
    """The metadata of a release that lies in the tree: a package may ask for its own version."""
    for pattern in ("*.dist-info/*", "*.egg-info/*", "*/*.egg-info/*"):
        yield from (path.relative_to(tree.root).as_posix() for path in sorted(tree.root.glob(pattern)))


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


def copy_regular_files(source: Path, target: Path, *, without: tuple[str, ...] = ()) -> None:
    """Copy what strangers made into a folder of ours: regular files only, existing ones left as they are."""
    for folder, folders, names in os.walk(source):
        relative = Path(folder).relative_to(source)
        folders[:] = [name for name in folders if name not in without or relative.parts]
        for name in names:
            origin, copy = Path(folder, name), target / relative / name
            if origin.is_file() and not origin.is_symlink() and not copy.exists():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(origin, copy)


def private_copy(stage: Path, target: Path) -> None:
    """A writable copy of a stage; modification times are kept, so that its bytecode stays valid."""
    shutil.copytree(stage, target, symlinks=True)


def forget_unused(folder: Path, *, keep: str) -> None:
    """Remove what nobody has used for a month, and what a killed builder left behind a day ago. Use sets a folder's time."""
    now = time.time()
    for path in folder.iterdir():
        try:
            age_seconds = now - path.stat().st_mtime
        except OSError:
            continue
        left_over = path.name.startswith(".")
        if path.is_dir() and path.name != keep and age_seconds > (_DAY_SECONDS if left_over else 30 * _DAY_SECONDS):
            shutil.rmtree(path, ignore_errors=True)
