"""From a crash to a test that makes it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from paramedic.model.diagnosis import Diagnosis, Location
from paramedic.model.event import Event
from paramedic.model.repair import Reproduction
from paramedic.reproduction.render import style_of, write_test
from paramedic.reproduction.search import Found, Search
from paramedic.sandbox.project import ProjectRunner


@dataclass(frozen=True, slots=True)
class Unreproduced:
    """Why there is no test: what was missing, in words for a reader."""

    reasons: tuple[str, ...]


def _silent(_line: str) -> None:
    return


def reproduce(
    event: Event, diagnosis: Diagnosis, runner: ProjectRunner, progress: Callable[[str], None] = _silent
) -> Reproduction | Unreproduced:
    """A test that fails with the event's exception in the event's function, checked by running it; else why not."""
    search = Search(event, diagnosis, runner, runner.project.tree)
    if search.target is None:
        return Unreproduced(("no frame of the crash lies in the repository",))
    found = search.run(progress)
    if found is None:
        return Unreproduced(("no rebuilt call came back to the crash",))
    return _confirmed(search, found, runner)


def _confirmed(search: Search, found: Found, runner: ProjectRunner) -> Reproduction | Unreproduced:
    target = search.target
    assert target is not None
    written = write_test(found.attempt, target, style_of(search.tree, target.file), search.tree)
    run = runner.tests((written.node,), overlay={written.path: written.source})
    if run.exit_code == 0 or target.type not in run.output:
        return Unreproduced((f"the rebuilt call crashes, but not as a test: {run.output[-300:]}",))
    crash = Location(target.file, target.line, search.scenes[-1].qualname or target.function)
    return Reproduction(
        written.path, written.source, written.node, target.type, found.attempt.entry, crash, written.framework, run=run
    )
