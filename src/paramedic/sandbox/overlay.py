"""Texts placed over a read-only tree, new files among them, without writing to the tree."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from paramedic.model.errors import BadInput
from paramedic.model.execution import Mount
from paramedic.source.encoding import encode


@dataclass(frozen=True, slots=True)
class Overlay:
    """What to mount after the tree, in order."""

    mounts: tuple[Mount, ...]


def checked(paths: Iterator[str] | Mapping[str, object]) -> None:
    """Raises ``BadInput`` for a path that leads out of the tree."""
    for path in paths:
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts or not pure.parts:
            raise BadInput(f"{path!r} is not a path inside the repository.")


@contextmanager
def laid_over(
    root: Path, inside: str, texts: Mapping[str, str], files: Mapping[str, Path] | None = None
) -> Iterator[tuple[Mount, ...]]:
    """Mounts that make ``texts`` and host ``files`` appear over ``root`` at ``inside``.

    Over a file that exists, the new text is mounted. A mount needs something to lie on, so for a new file its nearest
    existing folder is replaced by a copy (hard links where possible) that holds the new file too, and the copy's own
    sub-folders are mounted from the tree again.
    """
    checked(texts)
    with tempfile.TemporaryDirectory(prefix="paramedic-overlay-") as scratch:
        yield tuple(_Builder(root, inside, Path(scratch)).mounts(texts, files or {}))


class _Builder:
    def __init__(self, root: Path, inside: str, scratch: Path) -> None:
        self.root = root
        self.inside = inside
        self.scratch = scratch
        self.count = 0

    def mounts(self, texts: Mapping[str, str], files: Mapping[str, Path]) -> Iterator[Mount]:
        sources = {path: source for path, source in files.items() if path not in texts}
        sources |= {path: self._written(text) for path, text in texts.items()}
        added: dict[str, dict[str, Path]] = defaultdict(dict)
        replaced: dict[str, Path] = {}
        for path, source in sources.items():
            if (self.root / path).is_file():
                replaced[path] = source
            else:
                added[self._existing_folder(path)][path] = source
        # Outer folders first: an inner mount must land on the copy of the outer one.
        for folder in sorted(added, key=lambda name: len(PurePosixPath(name).parts)):
            yield from self._folder(folder, added[folder])
        for path, source in sorted(replaced.items()):
            yield Mount(source, f"{self.inside}/{path}")

    def _new(self) -> Path:
        self.count += 1
        return self.scratch / str(self.count)

    def _written(self, text: str) -> Path:
        path = self._new()
        path.write_bytes(encode(text))
        return path

    def _existing_folder(self, path: str) -> str:
        for parent in PurePosixPath(path).parents:
            if (self.root / parent).is_dir():
                return "" if str(parent) == "." else str(parent)
        return ""

    def _folder(self, folder: str, new: Mapping[str, Path]) -> Iterator[Mount]:
        copy = self._new()
        copy.mkdir()
        subfolders = []
        for entry in os.scandir(self.root / folder):
            if entry.is_dir(follow_symlinks=False):
                (copy / entry.name).mkdir()
                subfolders.append(entry.name)
            else:
                link_or_copy(Path(entry.path), copy / entry.name)
        for path, source in new.items():
            target = copy / PurePosixPath(path).relative_to(folder or ".")
            target.parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(source, target)
        where = f"{self.inside}/{folder}".rstrip("/")
        yield Mount(copy, where)
        for name in sorted(subfolders):
            yield Mount(self.root / folder / name, f"{where}/{name}")


def link_or_copy(source: Path, target: Path) -> None:
    """A hard link where the file system allows, else a copy; links are copied as links, devices and pipes left out."""
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_file():
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)
