"""A small project, crashed for real under the Sentry SDK, and what is needed to reproduce that crash from its event."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from paramedic.integrations.sentry.event import parse_event
from paramedic.model.diagnosis import Category, Diagnosis, Family
from paramedic.model.event import Event, Origin
from paramedic.model.repair import Reproduction
from paramedic.reproduction import Unreproduced, reproduce
from paramedic.sandbox.choose import choose_sandbox
from paramedic.sandbox.environment import Environment
from paramedic.sandbox.project import Project, ProjectRunner
from paramedic.source.frames import map_frames
from paramedic.source.tree import SourceTree

CAPTURE = Path(__file__).parents[2] / "capture"
_RECORD = """
import json, sys
import sentry_sdk
sys.path[:0] = ["", *sys.argv[1:]]
events, integrations = [], []
if sys.argv[1:]:
    from paramedic_capture import ParamedicCapture
    integrations = [ParamedicCapture()]
options = dict(transport=lambda *_: None, default_integrations=False, integrations=integrations)
sentry_sdk.init(before_send=lambda event, hint: events.append(event), **options)
space = {"__name__": "service.handler"}
try:
    exec(compile(open("service_handler.py").read(), "service_handler.py", "exec"), space)
    space["handle"]()
except Exception as error:
    sentry_sdk.capture_exception(error)
print(json.dumps(events[0], default=str))
"""


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def record(root: Path, handler: str, *, capture: bool = False) -> Event:
    """Run ``handler``'s ``handle()`` with the project importable; the event is what the SDK would have sent.

    The handler's source is not part of the repository: only what the event shows of it is known later. ``capture``: with
    the capture integration.
    """
    script = root / "service_handler.py"
    script.write_text(handler, encoding="utf-8")
    command = [sys.executable, "-c", _RECORD, *([str(CAPTURE)] if capture else [])]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=60)
    script.unlink()
    return parse_event(json.loads(done.stdout.splitlines()[-1]), origin=Origin.STORED)


def runner_for(tree: SourceTree, home: Path) -> ProjectRunner:
    """The sandboxed interpreter is the one that runs these tests, so that nothing has to be installed."""
    environment = Environment(
        interpreter=Path(sys.executable),
        key="tests",
        site_packages=Path(sysconfig.get_path("purelib")),
        python_version=sys.version.split()[0],
        base_prefix=Path(sys.base_prefix),
        home=home,
    )
    return ProjectRunner(Project(tree, environment, choose_sandbox("auto")))


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a crash, and the runner to look further with."""

    outcome: Reproduction | Unreproduced
    event: Event
    runner: ProjectRunner

    @property
    def reproduction(self) -> Reproduction:
        assert isinstance(self.outcome, Reproduction), self.outcome
        return self.outcome


def replay(
    root: Path,
    home: Path,
    files: dict[str, str],
    handler: str | None = None,
    event: Event | None = None,
    *,
    capture: bool = False,
) -> Replayed:
    """Write the project, crash it (unless the event is given), reproduce."""
    write(root, files)
    event = event or record(root, handler or "", capture=capture)
    tree = SourceTree.open(root)
    assert event.crash is not None
    frames = map_frames(event.crash, tree)
    location = frames[-1].location if frames else None
    diagnosis = Diagnosis("", Category.SERVER, Family.OTHER, location, event.crash.type, frames=frames)
    runner = runner_for(tree, home)
    return Replayed(reproduce(event, diagnosis, runner), event, runner)
