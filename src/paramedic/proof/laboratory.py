"""Experiments: the reproduction, as it is or varied, under the source as it is or changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

from paramedic.model.execution import Limits
from paramedic.model.repair import Candidate, Reproduction
from paramedic.sandbox.project import ProjectRunner
from paramedic.source.tree import SourceTree

FIRST_SECONDS = 30.0
SHORTEST_SECONDS = 3.0
BATCH_LIMITS = Limits(wall_seconds=150, cpu_seconds=150, output_bytes=30_000_000)


@dataclass(frozen=True, slots=True)
class Observation:
    """What one run of the test did. ``records`` are the shown values of its expressions, in order."""

    ok: bool
    type: str = ""
    module: str = ""
    bases: tuple[str, ...] = ()
    message: str = ""
    test_line: int | None = None
    frames: tuple[tuple[str, int, str], ...] = ()
    records: tuple[str, ...] = ()
    imported: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def outcome(self) -> tuple[str, ...]:
        """What can be compared between two versions: the values, then the exception's type."""
        return (*self.records, "" if self.ok else self.type)


@dataclass(frozen=True, slots=True)
class Experiment:
    """``files`` are laid over the tree; ``source`` replaces the test's text."""

    files: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None
    imports: bool = False


LOST = Observation(ok=False, type="Lost", message="the experiment gave no answer")


class Laboratory:
    """Runs batches of experiments, each in its own process of one sandboxed interpreter."""

    def __init__(self, runner: ProjectRunner, reproduction: Reproduction) -> None:
        self._runner = runner
        self._reproduction = reproduction
        self._script = files("paramedic.proof").joinpath("inside.py").read_text()
        self._warm: tuple[str, ...] = ()
        self._seconds = FIRST_SECONDS
        self._django = _django_settings(runner.project.tree) if "django" in reproduction.source else None

    def run(self, experiments: Sequence[Experiment]) -> tuple[Observation, ...]:
        """One observation per experiment, in order."""
        if not experiments:
            return ()
        items = [{"files": dict(item.files), "source": item.source, "imports": item.imports} for item in experiments]
        found = {index: _observation(raw) for index, raw in self._perform(items)}
        return tuple(found.get(index, LOST) for index in range(len(experiments)))

    def compare(self, versions: Sequence[Mapping[str, str]], sources: Sequence[str]) -> tuple[tuple[Observation, ...], ...]:
        """For each version of the files, what each source of the test does, in order."""
        items = [{"files": dict(files), "sources": list(sources)} for files in versions]
        found = {index: _results(raw) for index, raw in self._perform(items)}
        return tuple((found.get(index, ()) + (LOST,) * len(sources))[: len(sources)] for index in range(len(versions)))

    def original(self) -> Observation:
        """The reproduction on the source as it is. Also learns how long it takes, and which foreign modules to load once."""
        cold = self.run([Experiment(imports=True)])[0]
        self._seconds = max(SHORTEST_SECONDS, 4 * cold.seconds)
        self._warm = cold.imported
        warm = self.run([Experiment()])[0]
        if (warm.ok, warm.type) != (cold.ok, cold.type):
            self._warm = ()
        return cold

    def _perform(self, items: Sequence[Mapping[str, object]]) -> Iterator[tuple[int, Mapping[str, object]]]:
        request = {
            "root": self._runner.inside,
            "path": self._reproduction.path,
            "source": self._reproduction.source,
            "test": self._reproduction.node.split("::", 1)[-1],
            "seconds": self._seconds,
            "warm": list(self._warm),
            "django": self._django,
            "experiments": items,
        }
        done = self._runner.python(
            ["-c", self._script], stdin=json.dumps(request).encode(), limits=BATCH_LIMITS, overlay=self._overlay()
        )
        for line in done.stdout.splitlines():
            raw = _parsed(line)
            if raw is not None and isinstance(index := raw.get("index"), int):
                yield index, raw

    def _overlay(self) -> dict[str, str]:
        # The file must exist for pytest, and for relative imports next to it.
        return {self._reproduction.path: self._reproduction.source}


def _django_settings(tree: SourceTree) -> str | None:
    """The settings module that the project's manage.py names."""
    for path in tree.files("manage.py"):
        named = re.search(r"DJANGO_SETTINGS_MODULE['\"]\s*,\s*['\"]([A-Za-z_][\w.]*)", tree.text(path))
        if named:
            return named[1]
    return None


def overlay(candidate: Candidate) -> dict[str, str]:
    return {edit.path: edit.after for edit in candidate.edits}


def _parsed(line: str) -> Mapping[str, object] | None:
    try:
        raw = json.loads(line)
    except ValueError:
        return None
    return raw if isinstance(raw, dict) else None


def _results(raw: Mapping[str, object]) -> tuple[Observation, ...]:
    listed = raw.get("results")
    return tuple(_observation(item) for item in listed if isinstance(item, dict)) if isinstance(listed, list) else ()


def _observation(raw: Mapping[str, object]) -> Observation:
    return Observation(
        ok=raw.get("ok") is True,
        type=str(raw.get("type", "")),
        module=str(raw.get("module", "")),
        bases=_texts(raw.get("bases")),
        message=str(raw.get("message", "")),
        test_line=line if isinstance(line := raw.get("test_line"), int) else None,
        frames=_frames(raw.get("frames")),
        records=_texts(raw.get("records")),
        imported=_texts(raw.get("imported")),
        seconds=seconds if isinstance(seconds := raw.get("seconds"), float) else 0.0,
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _frames(value: object) -> tuple[tuple[str, int, str], ...]:
    listed = value if isinstance(value, list) else []
    return tuple((str(item[0]), int(item[1]), str(item[2])) for item in listed if isinstance(item, list) and len(item) == 3)
