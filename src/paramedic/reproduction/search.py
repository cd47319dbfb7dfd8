"""The search for a program that comes back to the crash: plan, try, take the best."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from paramedic.model.event import Event
from paramedic.reproduction.code import Attempt, names_bound, names_read
from paramedic.reproduction.http import Requests
from paramedic.reproduction.instances import Instances
from paramedic.reproduction.names import Names
from paramedic.reproduction.origin import Origins
from paramedic.reproduction.rebuilt import Rebuilder
from paramedic.reproduction.recipes import Recipes
from paramedic.reproduction.refine import Refiner
from paramedic.reproduction.replay import Replays
from paramedic.reproduction.scene import Scene
from paramedic.reproduction.slices import Slicer
from paramedic.reproduction.trial import Ending, Target, Trials
from paramedic.reproduction.typed import Graph
from paramedic.reproduction.vetting import objection
from paramedic.sandbox.project import ProjectRunner

_MOST_ATTEMPTS = 160
_ROUNDS = 7
_BEAM = 40
_NEAR = 2
_SECONDS_REFINING = 8.0


@dataclass(frozen=True, slots=True)
class Found:
    """An attempt that came back to the crash, and how near (see ``Target.nearness``)."""

    attempt: Attempt
    ending: Ending
    nearness: int

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader should know about how near it came."""
        about = {1: "It crashes on another line of the same function.", 2: "Its message differs from the event's."}
        invented = ("Values that the event does not hold were made up.",) if self.attempt.invented else ()
        return (*((about[self.nearness],) if self.nearness in about else ()), *invented)


def target_of(event: Event, scenes: Sequence[Scene]) -> Target | None:
    """The crash as it must come back; None when no frame lies in the repository."""
    own = [scene for scene in scenes if scene.path is not None]
    if not own or event.crash is None:
        return None
    last = own[-1]
    tail = tuple(scene.name for scene in scenes if scene.index > last.index)
    # SDKs send the qualified name (``Customer.DoesNotExist``); a class knows itself by the last part.
    name = event.crash.type.rpartition(".")[2]
    return Target(name, event.crash.value, last.path or "", last.frame.function or "", last.line, tail)


def _taken(scenes: Sequence[Scene]) -> set[str]:
    """Names that variables of a test must not take: those that the code around the crash uses for something."""
    used = {name for scene in scenes for name in (*scene.values, *names_read(scene.body), *names_bound(scene.body))}
    return used | {scene.path.split("/")[0] for scene in scenes if scene.path}


class Search:
    """All that one search needs, built once. ``scenes`` are the frames, ``target`` the crash to come back to."""

    def __init__(
        self,
        event: Event,
        scenes: Sequence[Scene],
        target: Target,
        runner: ProjectRunner,
        *,
        innermost: bool = False,
        graph: Graph | None = None,
    ) -> None:
        self._innermost = innermost
        self.event = event
        self.tree = runner.project.tree
        self.scenes = scenes
        self.target = target
        self.names = Names(self.tree, event)
        recipes = Recipes(self.names, Rebuilder(graph, self.names, _taken(scenes)) if graph else None)
        instances = Instances(scenes, self.names, recipes, Origins(scenes, self.names, recipes))
        self._slicer = Slicer(self.names, recipes, instances)
        self._refiner = Refiner(scenes, self.names, recipes)
        self._replays = Replays(self.names, recipes, instances)
        self._runner = runner

    def trials(self) -> Trials:
        own = [scene.path for scene in self.scenes if scene.path]
        warm = dict.fromkeys(self.tree.module_name(path) for path in own)
        return Trials(self._runner, self.target, tuple(warm))

    def plan(self) -> list[Attempt]:
        """Attempts worth making, in the order to make them."""
        vetted: dict[str, Attempt] = {}
        for attempt in sorted(self._all(), key=lambda attempt: attempt.rank):
            if attempt.text not in vetted and objection(attempt.text, self.names.roots) is None:
                vetted[attempt.text] = attempt
        return list(vetted.values())[:_MOST_ATTEMPTS]

    def _all(self) -> Iterator[Attempt]:
        own = [scene for scene in self.scenes if scene.path is not None]
        if self._innermost:
            yield from self._replays.attempts(own[-1], 3.0)
            return
        for scene, callee in zip(self.scenes, self.scenes[1:], strict=False):
            if scene.path is None and not scene.installed and callee.index <= own[-1].index:
                nearest = next((item for item in own if item.index > scene.index), own[-1])
                yield from self._slicer.attempts(scene, callee if callee.path else nearest, 2.0 * (nearest.index - callee.index))
        yield from Requests(self.event, self.tree).attempts(self.scenes, 4.5)
        for depth, scene in enumerate(own):
            yield from self._replays.attempts(scene, 3.0 + depth / 2)

    def run(self, progress: Callable[[str], None]) -> list[Found]:
        """The attempts that came back to the crash, the best first."""
        found = self._tried(self.plan(), progress)
        return sorted(found, key=lambda item: (-min(item.nearness, 3), item.attempt.rank))

    def _tried(self, attempts: list[Attempt], progress: Callable[[str], None]) -> list[Found]:
        trials, seen, started = self.trials(), set[str](), time.monotonic()
        found: list[Found] = []
        for round_ in range(_ROUNDS):
            progress(f"trying {len(attempts)} {'more ' if round_ else ''}ways to make the crash again")
            endings = trials.run(attempts)
            found += self._hits(attempts, endings)
            seen |= {attempt.text for attempt in attempts}
            attempts = self._next(attempts, endings, seen)
            spent = time.monotonic() - started > _SECONDS_REFINING
            if not attempts or spent or any(item.nearness >= _NEAR for item in found):
                break
        return found

    def code(self) -> str:
        """All source text that the event and the functions on its stack show."""
        shown = [
            line
            for scene in self.scenes
            for line in (*scene.frame.pre_context, scene.frame.context_line or "", *scene.frame.post_context)
        ]
        paths = dict.fromkeys(scene.path for scene in self.scenes if scene.path is not None)
        return "\n".join([*shown, *(self.tree.text(path) for path in paths)])

    def _next(self, attempts: Sequence[Attempt], endings: Sequence[Ending], seen: set[str]) -> list[Attempt]:
        """Refinements of the failed attempts: first of those that never started for want of a name or of set-up, then of
        those that came deepest along the event's frames."""
        found: dict[str, Attempt] = {}
        pairs = sorted(zip(attempts, endings, strict=False), key=lambda pair: self._promise(*pair))
        for attempt, ending in pairs:
            for better in self._refiner.refined(attempt, ending):
                if better.text not in seen and objection(better.text, self.names.roots) is None:
                    found.setdefault(better.text, better)
            if len(found) >= _BEAM:
                break
        return list(found.values())[:_BEAM]

    def _promise(self, attempt: Attempt, ending: Ending) -> tuple[bool, int, float]:
        unstarted = ending.type in {"NameError", "ImproperlyConfigured", "AppRegistryNotReady"}
        return not unstarted, -self._depth(ending), attempt.rank

    def _depth(self, ending: Ending) -> int:
        """How many functions of the event's frames an attempt reached."""
        wanted = {(scene.path, scene.name) for scene in self.scenes if scene.path is not None}
        return len(wanted & {(step.file, step.function) for step in ending.frames})

    def _hits(self, attempts: Sequence[Attempt], endings: Sequence[Ending]) -> list[Found]:
        found = [
            Found(attempt, ending, self.target.nearness(ending, invented=attempt.invented))
            for attempt, ending in zip(attempts, endings, strict=False)
        ]
        return [item for item in found if item.nearness]
