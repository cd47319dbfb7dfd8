"""Experiments: the reproduction, as it is or varied, under the source as it is or changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

from paramedic.model.execution import Limits
from paramedic.model.repair import Candidate, Reproduction
from paramedic.sandbox.project import ProjectRunner

EXPERIMENT_SECONDS = 8.0
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

    def run(self, experiments: Sequence[Experiment]) -> tuple[Observation, ...]:
        """One observation per experiment, in order."""
        if not experiments:
            return ()
        done = self._runner.python(
            ["-c", self._script],
            stdin=json.dumps(self._request(experiments)).encode(),
            limits=BATCH_LIMITS,
            overlay=self._overlay(),
        )
        found = dict(_observations(done.stdout))
        return tuple(found.get(index, LOST) for index in range(len(experiments)))

    def original(self) -> Observation:
        """The reproduction on the source as it is. Also learns which foreign modules are worth loading once."""
        observation = self.run([Experiment(imports=True)])[0]
        self._warm = observation.imported
        return observation

    def _overlay(self) -> dict[str, str]:
        # The file must exist for pytest, and for relative imports next to it.
        return {self._reproduction.path: self._reproduction.source}

    def _request(self, experiments: Sequence[Experiment]) -> dict[str, object]:
        return {
            "root": self._runner.inside,
            "path": self._reproduction.path,
            "source": self._reproduction.source,
            "test": self._reproduction.node.split("::", 1)[-1],
            "seconds": EXPERIMENT_SECONDS,
            "warm": list(self._warm),
            "experiments": [{"files": dict(item.files), "source": item.source, "imports": item.imports} for item in experiments],
        }


def overlay(candidate: Candidate) -> dict[str, str]:
    return {edit.path: edit.after for edit in candidate.edits}


def _observations(output: str) -> dict[int, Observation]:
    found: dict[int, Observation] = {}
    for line in output.splitlines():
        try:
            raw = json.loads(line)
        except ValueError:
            continue
        if isinstance(raw, dict) and isinstance(raw.get("index"), int):
            found[raw["index"]] = _observation(raw)
    return found


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
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _frames(value: object) -> tuple[tuple[str, int, str], ...]:
    listed = value if isinstance(value, list) else []
    return tuple((str(item[0]), int(item[1]), str(item[2])) for item in listed if isinstance(item, list) and len(item) == 3)
