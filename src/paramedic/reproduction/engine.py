"""From a crash to a test that makes it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from paramedic.model.diagnosis import Diagnosis, Location
from paramedic.model.event import Event
from paramedic.model.repair import Reproduction
from paramedic.reproduction.confirm import Confirmed, confirm
from paramedic.reproduction.reasons import reasons
from paramedic.reproduction.render import style_of
from paramedic.reproduction.scene import stage_scenes
from paramedic.reproduction.search import Found, Search, target_of
from paramedic.reproduction.shrink import Shrunk, shrink
from paramedic.reproduction.typed import Graph
from paramedic.sandbox.project import ProjectRunner

_CONFIRMED_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Unreproduced:
    """Why there is no test: what was missing, in words for a reader."""

    reasons: tuple[str, ...]


def _silent(_line: str) -> None:
    return


def reproduce(
    event: Event,
    diagnosis: Diagnosis,
    runner: ProjectRunner,
    progress: Callable[[str], None] = _silent,
    *,
    innermost: bool = False,
) -> Reproduction | Unreproduced:
    """A test that fails with the event's exception in the event's function, checked by running it twice; else why not.

    The test calls repository code with values rebuilt from the event; where the crash survives that, with made-up ones.
    An outer call makes the better regression test, unless it needs more around it than a test has (a request, an
    application) and so can never pass; ``innermost`` calls the crashed function itself. Typed values of a snapshot come
    first; where they lead nowhere, the captured texts are tried as if there were none.
    """
    graphs = (Graph(event.snapshot), None) if event.snapshot and event.snapshot.frames else (None,)
    outcome: Reproduction | Unreproduced = Unreproduced(("No frame of the crash lies in the repository.",))
    for graph in graphs:
        scenes = stage_scenes(event, diagnosis, runner.project.tree, graph)
        target = target_of(event, scenes)
        if target is not None:
            outcome = _searched(Search(event, scenes, target, runner, innermost=innermost, graph=graph), runner, progress)
        if isinstance(outcome, Reproduction):
            break
    return outcome


def _searched(search: Search, runner: ProjectRunner, progress: Callable[[str], None]) -> Reproduction | Unreproduced:
    found = search.run(progress)
    failures = []
    for item in found[:_CONFIRMED_AT_MOST]:
        outcome = _confirmed(search, item, runner, progress)
        if isinstance(outcome, Reproduction):
            return outcome
        failures.append(f"{item.attempt.how} makes the crash again, but not as a test: {outcome}")
    return Unreproduced(tuple(failures) or reasons(search))


def _confirmed(search: Search, found: Found, runner: ProjectRunner, progress: Callable[[str], None]) -> Reproduction | str:
    target = search.target
    progress("making the test small, and taking personal data out of it")
    smaller = shrink(found.attempt, found.ending, target, search.trials(), search.code())
    style = style_of(search.tree, target.file)
    reason = ""
    for version in (smaller, Shrunk(found.attempt)):
        progress("running it as a test of the project")
        outcome = confirm(version.attempt, found.ending, target, style, search.tree, runner)
        if isinstance(outcome, Confirmed):
            return _reproduction(search, found, version, outcome)
        reason = outcome
    return reason


def _reproduction(search: Search, found: Found, version: Shrunk, confirmed: Confirmed) -> Reproduction:
    target = search.target
    written = confirmed.written
    own = [scene for scene in search.scenes if scene.path is not None]
    notes = (f"Made by {found.attempt.how}.", *found.remarks, *version.notes)
    return Reproduction(
        path=written.path,
        source=written.source,
        node=written.node,
        exception=target.type,
        entry=found.attempt.entry,
        crash=Location(target.file, target.line, own[-1].qualname or target.function),
        framework=written.framework,
        notes=notes,
        run=confirmed.run,
    )
