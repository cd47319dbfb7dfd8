"""Functions that may need the change, ranked.

The order starts from where fixes were measured to be: in the innermost function of the stack in seven of ten crashes, among
the first three in eight; a step of the trace, the shape of a function and its place on the stack move it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from paramedic.diagnosis.origin import Step
from paramedic.diagnosis.scene import Scene
from paramedic.model.diagnosis import Location, MappedFrame, Suspect
from paramedic.source.module import Function

_BY_DISTANCE = (0.70, 0.32, 0.22, 0.13, 0.10, 0.08, 0.06)
_MOST = 12
_ORIGIN = 0.3
"""From this strength on, a step may be where the value came from; weaker ones only pass it on."""
_ACCESSORS = frozenset(
    {"__getitem__", "__getattr__", "__getattribute__", "__delitem__", "__setitem__", "__contains__", "__iter__", "__next__"}
)


@dataclass(frozen=True, slots=True)
class Hint:
    """A function that the stack does not show but the code points to."""

    location: Location
    reason: str
    score: float


@dataclass
class _Board:
    """Scores by function; the best reason stays."""

    scores: dict[tuple[str, str | None], float] = field(default_factory=dict)
    places: dict[tuple[str, str | None], Location] = field(default_factory=dict)
    reasons: dict[tuple[str, str | None], str] = field(default_factory=dict)

    def put(self, location: Location, score: float, reason: str) -> None:
        key = (location.file, location.function)
        if score > self.scores.get(key, -1.0):
            self.scores[key] = score
            self.reasons[key] = reason
        self.places.setdefault(key, location)

    def add(self, location: Location, extra: float) -> None:
        key = (location.file, location.function)
        if key in self.scores:
            self.scores[key] += extra


def rank(scenes: Sequence[Scene], paths: Iterable[Sequence[Step]], hints: Iterable[Hint]) -> tuple[Suspect, ...]:
    """``scenes`` run outermost to innermost."""
    board = _Board()
    _stack(board, scenes)
    _trace(board, scenes, paths)
    for hint in hints:
        board.put(hint.location, hint.score, hint.reason)
    _keep_a_caller(board, scenes)
    order = sorted(board.scores, key=lambda key: -board.scores[key])
    return tuple(Suspect(board.places[key], board.reasons[key], round(min(board.scores[key], 0.99), 3)) for key in order[:_MOST])


def _keep_a_caller(board: _Board, scenes: Sequence[Scene]) -> None:
    """Of the first three at most one is off the stack, while the stack has others: one fix in seven is off it."""
    on_stack = {(scene.mapped.location.file, scene.mapped.location.function) for scene in scenes}
    order = sorted(board.scores, key=lambda key: -board.scores[key])
    strangers = [key for key in order[:3] if key not in on_stack]
    callers = [key for key in order[3:] if key in on_stack]
    if len(strangers) > 1 and callers:
        board.scores[callers[0]] = board.scores[strangers[1]] + 0.001


def of_frames(frames: Sequence[MappedFrame]) -> tuple[Suspect, ...]:
    """By the stack alone, where the source cannot be parsed (another language, another version of Python)."""
    board = _Board()
    for distance, mapped in enumerate(reversed(frames)):
        board.put(mapped.location, _at(distance) * 0.7, _how_far(distance))
    order = sorted(board.scores, key=lambda key: -board.scores[key])
    return tuple(Suspect(board.places[key], board.reasons[key], round(board.scores[key], 3)) for key in order[:_MOST])


def _stack(board: _Board, scenes: Sequence[Scene]) -> None:
    seen: set[tuple[str, str | None]] = set()
    distance = 0.0
    for place in range(len(scenes) - 1, -1, -1):
        scene = scenes[place]
        location = scene.mapped.location
        if (location.file, location.function) in seen:
            continue
        seen.add((location.file, location.function))
        weight = _at(distance)
        board.put(location, weight * _shape(scene, innermost=place == len(scenes) - 1), _how_far(len(scenes) - 1 - place))
        if _entered_from_outside(scenes, place):
            board.add(location, 0.12)
        # A function that only hands on takes no place of its own.
        distance += 0.4 if is_forwarder(scene.function) else 1.0


def _at(distance: float) -> float:
    low = min(int(distance), len(_BY_DISTANCE) - 1)
    high = min(low + 1, len(_BY_DISTANCE) - 1)
    return _BY_DISTANCE[low] + (_BY_DISTANCE[high] - _BY_DISTANCE[low]) * (distance - low)


def _how_far(calls: int) -> str:
    if calls == 0:
        return "the exception rose here"
    return "called the function that raised" if calls == 1 else f"{calls} calls above the crash"


def _shape(scene: Scene, *, innermost: bool) -> float:
    name = scene.function.name if scene.function else ""
    if name in _ACCESSORS:
        return 0.55
    if is_forwarder(scene.function):
        return 0.85 if innermost else 0.5
    return 1.0


def _entered_from_outside(scenes: Sequence[Scene], place: int) -> bool:
    """Whether another package called back into the repository here."""
    return (place > 0 and scenes[place].first_index - scenes[place - 1].mapped.index > 1) or (
        place == 0 and scenes[0].first_index > 0 and _overrides(scenes[0])
    )


def _overrides(scene: Scene) -> bool:
    """Whether the function is a method of a class with bases, as hooks of frameworks are."""
    owner = scene.module.enclosing_class(scene.function) if scene.function else None
    return owner is not None and bool(owner.bases)


def is_forwarder(function: Function | None) -> bool:
    """Whether the function does nothing but call another one."""
    if function is None:
        return False
    body = [each for each in function.body if not _is_docstring(each)]
    if len(body) != 1:
        return False
    only = body[0]
    value = only.value if isinstance(only, ast.Return | ast.Expr) else None
    if isinstance(value, ast.Await | ast.YieldFrom):
        value = value.value
    if isinstance(value, ast.Attribute):
        return True
    return isinstance(value, ast.Call) and not any(
        isinstance(node, ast.IfExp | ast.BinOp | ast.comprehension) for node in ast.walk(value)
    )


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)
    )


def _trace(board: _Board, scenes: Sequence[Scene], paths: Iterable[Sequence[Step]]) -> None:
    """Functions that the bad value went through: those on the stack gain, those off it come in; the origin most."""
    on_stack = {(scene.mapped.location.file, scene.mapped.location.function) for scene in scenes}
    crash = (scenes[-1].mapped.location.file, scenes[-1].mapped.location.function)
    gained: set[tuple[str, str | None]] = set()
    for path in paths:
        origin = next((step for step in reversed(path) if step.strength >= _ORIGIN), None)
        for step in path:
            location = step.hop.location
            key = (location.file, location.function)
            if key == crash or step.strength <= 0 or location.function is None:
                continue
            if key not in on_stack:
                board.put(location, step.strength * (0.65 if step is origin else 0.45), step.hop.explanation)
            elif key not in gained:
                gained.add(key)
                board.add(location, 0.12 if step is origin else 0.04)
