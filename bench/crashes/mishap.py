"""``python -m bench.crashes.mishap FOLDER …``: record the event of a case where no change of the code is right.

A folder begins with crash.py and a case.json that names the cause and the source: a service beside the cases, or a release.
crash.py makes the trouble for real (a server that hangs up, a full disk, a limit of memory) and calls what then crashes, under
the real SDK with the integrations of its frameworks.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.crashes.case import Case
from bench.crashes.judge import environment
from bench.crashes.record import SERVICE, sdk, write_json

SCRIPT = "crash.py"
RECORDER = r"""
import json, runpy, sys, warnings
warnings.simplefilter("ignore")
sdk, service, target, package = sys.argv[1:5]
sys.path.insert(0, service)
sys.path.append(sdk)
import sentry_sdk

events = []

def keep(event, hint):
    if "exception" in event:
        events.append(event)

sentry_sdk.init("http://key@127.0.0.1:9/1", before_send=keep, server_name="web-1", environment="production", release="shop@2.4.0",
    in_app_include=[package] if package else [], project_root=service,
    max_value_length=1024, shutdown_timeout=0)
try:
    runpy.run_path(service + "/crash.py", run_name="__main__")
except BaseException as error:
    if not events:
        sentry_sdk.capture_exception(error)
with open(target, "w") as file:
    json.dump(events[0], file, default=repr)
"""


def main() -> int:
    for name in sys.argv[1:]:
        record(Case(Path(name).resolve()))
    return 0


def record(case: Case) -> None:
    if not case.no_fix:
        raise SystemExit(f'{case.name}: only for cases with "no_fix": true; see bench.crashes.record')
    event = _event(case)
    raised = event["exception"]["values"][-1]
    write_json(case.event, event)
    write_json(case.folder / "case.json", case.facts | {"exception": {"type": raised["type"], "value": raised["value"]}})
    print(f"{case.name}: {raised['type']}: {raised['value'][:100]}")


def _event(case: Case) -> dict[str, Any]:
    """The crash as it was sent, with the paths of a service and not of this machine."""
    wanted = _requirements(case)
    python = environment(case.service.name if case.service else case.facts["package"], wanted) / "bin" / "python"
    with tempfile.TemporaryDirectory(prefix="bench-service-") as name:
        service = Path(name).resolve() / "app"
        if case.service:
            shutil.copytree(case.service, service)
        service.mkdir(exist_ok=True)
        # What is run as another user must be able to read it.
        service.parent.chmod(0o755)
        shutil.copyfile(case.folder / SCRIPT, service / SCRIPT)
        target = Path(name) / "event.json"
        command = [python, "-c", RECORDER, sdk(), service, target, case.facts.get("import_name", "")]
        clean = {"TZ": "UTC", "PYTHONHASHSEED": "0", "PATH": "/usr/bin:/bin"}
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=service, env=clean, check=False)
        if not target.exists():
            raise SystemExit(f"{case.name}: no event was sent\n{done.stdout}{done.stderr}")
        text = target.read_text(encoding="utf-8")
    for ours, theirs in _paths(service, python):
        text = text.replace(ours, theirs)
    event: dict[str, Any] = json.loads(text)
    return _trimmed(event, own=case.service is not None) | _settled(wanted)


def _requirements(case: Case) -> list[str]:
    """What the source needs, and what only the recording does."""
    further = case.facts.get("extra_requirements", [])
    if case.service:
        return [*(case.service / "requirements.txt").read_text().split(), *further]
    return [f"{case.facts['package']}=={case.facts['buggy_version']}", *further]


def _paths(service: Path, python: Path) -> list[tuple[str, str]]:
    return [
        (str(python.parents[1]), f"{SERVICE}/.venv"),
        (str(service), SERVICE),
        (str(python.resolve().parents[1]), "/usr"),
    ]


def _trimmed(event: dict[str, Any], *, own: bool) -> dict[str, Any]:
    """Without the frames of the recording; crash.py stays where it plays the application of a release."""
    for value in event["exception"]["values"]:
        frames = (value.get("stacktrace") or {}).get("frames", [])
        last = max((place for place, frame in enumerate(frames) if _ours(frame, own=own)), default=-1)
        if frames:
            value["stacktrace"]["frames"] = frames[last + 1 :]
    return event


def _ours(frame: dict[str, Any], *, own: bool) -> bool:
    return frame["abs_path"] == "<string>" or frame["module"] == "runpy" or (own and frame["abs_path"] == f"{SERVICE}/{SCRIPT}")


def _settled(wanted: list[str]) -> dict[str, Any]:
    """What would differ from one recording to the next without meaning anything."""
    return {
        "event_id": "0" * 31 + "1",
        "timestamp": "2026-01-01T00:00:00Z",
        "extra": {},
        "breadcrumbs": {"values": []},
        "contexts": {"runtime": {"name": "CPython", "version": "3.11"}},
        "modules": dict(pin.split("==") for pin in wanted if "==" in pin),
    }


if __name__ == "__main__":
    sys.exit(main())
