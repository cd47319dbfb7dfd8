"""Why a crash could not be made again, frame by frame, in words for a reader."""

from __future__ import annotations

from collections.abc import Iterator

from paramedic.reproduction.captured import Instance, Literal, Unknown, Value
from paramedic.reproduction.origin import parameter_names
from paramedic.reproduction.scene import Scene
from paramedic.reproduction.search import Search

_SHOWN = 5


def reasons(search: Search) -> tuple[str, ...]:
    """What was missing in each frame of the repository, the crash frame first."""
    own = [scene for scene in reversed(search.scenes) if scene.path is not None]
    return tuple(_about(scene) for scene in own[:_SHOWN]) or ("No frame of the crash lies in the repository.",)


def _about(scene: Scene) -> str:
    where = f"{scene.qualname or scene.name} ({scene.path}:{scene.line})"
    if scene.function is not None and "<locals>" in scene.qualname:
        return f"{where} is a nested function, which a test cannot call by itself"
    missing = list(_missing(scene))
    if not missing:
        return f"{where}, called with what was captured, does not crash: it depends on state that the event does not hold"
    return f"{where} needs {', '.join(missing)}"


def _missing(scene: Scene) -> Iterator[str]:
    for name in parameter_names(scene):
        value: Value | None = scene.values.get(name)
        if value is None:
            yield f"{name}, which was not captured"
        elif isinstance(value, Unknown):
            yield f"{name}, which was {value.reason}"
        elif isinstance(value, Instance):
            yield f"{name}, of which only the class {value.name} is known"
        elif isinstance(value, Literal) and not value.complete:
            yield f"{name}, which was cut"
