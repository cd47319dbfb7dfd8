"""From the frames of a crash to places in the repository."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paramedic.model.diagnosis import Location, MappedFrame
from paramedic.model.errors import SourceError
from paramedic.model.event import Event, ExceptionValue, Frame
from paramedic.source.relocation import Place, locate
from paramedic.source.tree import SourceTree

_LIBRARY = re.compile(r"^.*/(?:site-packages|dist-packages|[Ll]ib/python\d[\w.]*(?:/lib-dynload)?|[Pp]ython\d\d+/[Ll]ib)/")
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class _Match:
    """One file that a frame may mean. ``strength`` orders the ways it was found.

    ``needs_text``: only the very line with its text confirms it, because the name alone could be anybody's.
    ``needs_line``: the text must be somewhere in it, where the event has it; a function of that name is not enough.
    """

    path: str
    strength: int
    needs_text: bool = False
    needs_line: bool = False


def map_frames(
    source: ExceptionValue | Sequence[Frame], tree: SourceTree, notes: list[str] | None = None
) -> tuple[MappedFrame, ...]:
    """The frames that lie in the repository, oldest first, whatever their ``in_app`` says.

    A file is found by configured prefix, by module name, or by at least two trailing components of its path, never by its
    bare name; and it counts only if the frame's line or function is really in it. ``notes`` receives one line for each
    frame whose source differs from the event's.
    """
    frames = source.frames if isinstance(source, ExceptionValue) else source
    index = _Paths(tree)
    mapped = []
    for position, frame in enumerate(frames):
        found = _map(frame, tree, index)
        if found is None:
            continue
        path, place = found
        mapped.append(MappedFrame(position, frame, Location(path, place.line, place.function), exact=place.exact))
        if not place.exact and notes is not None:
            notes.append(f"{path}: line {frame.lineno} of the event is not the same here; taken for line {place.line}.")
    return tuple(mapped)


def _map(frame: Frame, tree: SourceTree, index: _Paths) -> tuple[str, Place] | None:
    best: tuple[tuple[bool, bool, int], str, Place] | None = None
    for match in index.matches(frame):
        try:
            place = locate(tree, match.path, frame)
        except SourceError:
            continue
        if not place.plausible or not _satisfied(match, place, frame):
            continue
        key = (place.exact, place.confirmed, match.strength)
        if best is None or key > best[0]:
            best = (key, match.path, place)
    return None if best is None else (best[1], best[2])


def _satisfied(match: _Match, place: Place, frame: Frame) -> bool:
    if match.needs_text:
        return place.exact and place.confirmed
    return place.confirmed or not match.needs_line or not (frame.context_line or "").strip()


class _Paths:
    """The tree's files by their last two components, for matching by suffix."""

    def __init__(self, tree: SourceTree) -> None:
        self._tree = tree
        self._by_tail: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for path in tree.files(""):
            self._by_tail[tuple(path.split("/")[-2:])].append(path)

    def matches(self, frame: Frame) -> Iterator[_Match]:
        path = _posix(frame.abs_path) or _posix(frame.filename)
        yield from self._by_prefix(path)
        yield from self._by_module(frame.module, standard=_is_standard(path, frame.module))
        for candidate in {path, _posix(frame.filename)}:
            yield from self._by_suffix(candidate)

    def _by_prefix(self, path: str) -> Iterator[_Match]:
        for prefix in self._tree.path_prefixes:
            stripped = prefix.rstrip("/") + "/"
            if path.startswith(stripped):
                rest = path[len(stripped) :]
                for root in self._tree.source_roots:
                    joined = f"{root}/{rest}" if root else rest
                    if self._tree.exists(joined):
                        yield _Match(joined, 100)

    def _by_module(self, module: str | None, *, standard: bool) -> Iterator[_Match]:
        if not module or module in {"__main__", "builtins"}:
            return
        found = self._tree.find_module(module)
        if found:
            yield _Match(found, 90, needs_text="." not in module or standard)
        if "." in module and not standard:
            parts = module.split(".")
            for tail in ([*parts[:-1], f"{parts[-1]}.py"], [*parts, "__init__.py"]):
                yield from self._ending_with(tail, strength=50)

    def _by_suffix(self, path: str) -> Iterator[_Match]:
        """Files that share at least two trailing components with ``path``; the more, the stronger.

        A path in a library folder counts from there as a whole: ``site-packages/a/core/base.py`` is not ``core/base.py``.
        """
        library = _LIBRARY.match(path)
        if library:
            parts = path[library.end() :].split("/")
            if _is_standard(path, None):
                return
            yield from self._ending_with(parts, strength=60)
            if len(parts) == 1 and self._tree.exists(parts[0]):
                yield _Match(parts[0], 10, needs_text=True)
            return
        parts = [part for part in path.split("/") if part not in {"", "."}]
        for candidate in self._by_tail.get(tuple(parts[-2:]), ()) if len(parts) >= 2 else ():
            yield _Match(candidate, min(20 + _common(candidate.split("/"), parts), 80))

    def _ending_with(self, parts: Sequence[str], *, strength: int) -> Iterator[_Match]:
        if len(parts) < 2:
            return
        wanted = "/".join(parts)
        for candidate in self._by_tail.get(tuple(parts[-2:]), ()):
            if candidate == wanted or candidate.endswith(f"/{wanted}"):
                yield _Match(candidate, strength, needs_line=True)


def _is_standard(path: str, module: str | None) -> bool:
    """Whether a frame is of the standard library: by its folder, or by its name when there is no path that says more."""
    library = _LIBRARY.match(path)
    if library:
        return "-packages/" not in library[0]
    return not path.startswith("/") and (module or "").partition(".")[0] in sys.stdlib_module_names


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    count = 0
    for one, other in zip(reversed(left), reversed(right), strict=False):
        if one != other:
            break
        count += 1
    return count


def _posix(path: str | None) -> str:
    return (path or "").replace("\\", "/")


def unmapped_remedy(event: Event, tree: SourceTree) -> str:
    """What to configure when no frame lies in the repository; "" when there is no frame at all."""
    frames = event.crash.frames if event.crash else event.frames
    shown = [_shown(frame) for frame in reversed(frames) if frame.abs_path or frame.filename][:_SHOWN]
    if not shown:
        return ""
    sample = [path for path in tree.files() if not path.rpartition("/")[2].startswith(("setup", "conftest", "test"))][:_SHOWN]
    return (
        f"The innermost frames are {', '.join(shown)}; the repository has {', '.join(sample) or 'no Python file'}. "
        "If it is the right repository, set path_prefixes (where it lies in production) or source_roots (folders on sys.path)"
        " in its [repositories.NAME] table, or --source-root."
    )


def _shown(frame: Frame) -> str:
    path = (frame.abs_path or frame.filename or "")[-120:]
    return "".join(letter if letter.isprintable() else "?" for letter in path)
