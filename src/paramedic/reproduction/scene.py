"""The frames of a crash, each with its source as far as it is known and its variables as values."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from paramedic.model.diagnosis import Diagnosis, Location, MappedFrame
from paramedic.model.errors import SourceError
from paramedic.model.event import Event, Frame
from paramedic.reproduction.captured import Value, parse_captured
from paramedic.reproduction.snippet import Visible, statements_to
from paramedic.reproduction.typed import Graph
from paramedic.source.frames import map_frames
from paramedic.source.module import Function
from paramedic.source.tree import SourceTree


@dataclass(frozen=True, slots=True)
class Scene:
    """One frame. ``path`` and ``function`` are None outside of the repository; ``line`` is that of ``body``'s numbering.

    ``definitions`` are what the event shows of the module level of a file outside of the repository, ``cut_body`` the end of
    a class whose head is not shown.
    """

    index: int
    frame: Frame
    values: Mapping[str, Value]
    body: tuple[ast.stmt, ...] = ()
    line: int = 0
    parameters: ast.arguments | None = None
    path: str | None = None
    qualname: str = ""
    function: Function | None = None
    owner: ast.ClassDef | None = None
    definitions: Mapping[str, ast.stmt] = field(default_factory=dict)
    cut_body: tuple[ast.stmt, ...] = ()

    @property
    def name(self) -> str:
        """The simple name of the function."""
        return (self.frame.function or "").rsplit(".", 1)[-1]

    @property
    def installed(self) -> bool:
        """Whether the frame is in a library that is not the repository: its source shows nobody's use of anything."""
        path = (self.frame.abs_path or self.frame.filename or "").replace("\\", "/")
        return self.path is None and ("/site-packages/" in path or "/dist-packages/" in path or "/lib/python" in path)

    @property
    def location(self) -> Location:
        return Location(self.path or "", self.line, self.qualname or None)


def stage_scenes(event: Event, diagnosis: Diagnosis, tree: SourceTree, graph: Graph | None = None) -> tuple[Scene, ...]:
    """All frames of the exception that was finally raised, outermost first. ``graph`` has their typed values."""
    crash = event.crash
    frames = crash.frames if crash and crash.frames else event.frames
    mapped = diagnosis.frames if _fits(diagnosis.frames, frames) else map_frames(frames, tree)
    by_index = {item.index: item for item in mapped}
    shown = {
        path: Visible.of(frame for frame in frames if frame.abs_path == path) for path in {frame.abs_path for frame in frames}
    }
    scenes = (_scene(index, frame, by_index.get(index), shown[frame.abs_path], tree) for index, frame in enumerate(frames))
    if graph is None:
        return tuple(scenes)
    return tuple(replace(scene, values={**scene.values, **graph.frame(len(frames) - scene.index)}) for scene in scenes)


def _fits(mapped: tuple[MappedFrame, ...], frames: tuple[Frame, ...]) -> bool:
    return bool(mapped) and all(item.index < len(frames) and frames[item.index] is item.frame for item in mapped)


def _scene(index: int, frame: Frame, mapped: MappedFrame | None, visible: Visible, tree: SourceTree) -> Scene:
    values = {name: parse_captured(value) for name, value in frame.variables.items()}
    if mapped is not None:
        return _own_scene(index, frame, mapped, values, tree)
    body, line, parameters = statements_to(visible, frame.lineno or 0, frame.function)
    return Scene(
        index, frame, values, tuple(body), line, parameters, definitions=visible.definitions(), cut_body=visible.cut_body()
    )


def _own_scene(index: int, frame: Frame, mapped: MappedFrame, values: dict[str, Value], tree: SourceTree) -> Scene:
    line = mapped.location.line
    try:
        module = tree.module(mapped.location.file)
    except SourceError:
        return Scene(index, frame, values, path=mapped.location.file, line=line)
    function = module.enclosing(line)
    if function is None:
        return Scene(index, frame, values, tuple(module.tree.body), line, path=mapped.location.file, qualname="")
    owner = module.enclosing_class(function)
    return Scene(
        index,
        frame,
        values,
        tuple(function.body),
        line,
        function.args,
        mapped.location.file,
        module.qualname(function),
        function,
        owner,
    )
