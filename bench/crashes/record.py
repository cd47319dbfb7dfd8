"""``python -m bench.crashes.record FOLDER …``: fill a case from what both releases really do.

A folder begins with trigger.py, variants.py and a case.json that names the package, its releases and where the developers
changed it. The event is recorded by the real SDK in the buggy release, and the outcomes in both.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.crashes.case import CACHE, Case
from bench.crashes.judge import environment_of, outcomes
from paramedic.sandbox.environment import find_uv

SDK = "sentry-sdk==2.35.0"
SERVICE = "/srv/app"
CAPTURE = Path(__file__).parents[2] / "capture"
MAIN = 'from trigger import trigger\n\n\ndef handle():\n    result = trigger()\n    return {"status": "ok", "result": result}\n'
RECORDER = r"""
import json, sys, warnings
warnings.simplefilter("ignore")
folder, service, package, target = sys.argv[1:5]
sys.path[:0] = [service, folder, *sys.argv[5:]]
import sentry_sdk
integrations = []
if sys.argv[5:]:
    from paramedic_capture import ParamedicCapture
    integrations = [ParamedicCapture()]

def write(event, hint):
    with open(target, "w") as file:
        json.dump(event, file, default=repr)

sentry_sdk.init("http://key@127.0.0.1:9/1", before_send=write, default_integrations=False,
    integrations=integrations, server_name="web-1",
    environment="production", in_app_include=["app", "trigger", package], project_root=service, shutdown_timeout=0)
from app.main import handle
try:
    handle()
except Exception as error:
    trace = error.__traceback__.tb_next
    sentry_sdk.capture_exception(error.with_traceback(trace))
"""


def main() -> int:
    for name in sys.argv[1:]:
        record(Case(Path(name).resolve()))
    return 0


def record(case: Case) -> None:
    buggy, fixed = outcomes(case, "buggy"), outcomes(case, "fixed")
    pairs = [{"buggy": old, "fixed": new} for old, new in zip(buggy["variants"], fixed["variants"], strict=True)]
    expected = {"trigger": {"buggy": buggy["trigger"], "fixed": fixed["trigger"]}, "variants": pairs}
    event = event_of(case)
    kind = event["exception"]["values"][-1]["type"]
    complaint = _complaint(expected, kind)
    if complaint:
        raise SystemExit(f"{case.name}: {complaint}")
    write_json(case.folder / "expected.json", expected)
    write_json(case.event, event)
    write_json(case.folder / "case.json", case.facts | _crash(case, event))


def _complaint(expected: dict[str, Any], kind: str) -> str:
    """What keeps the outcomes from telling a right change from a wrong one."""
    pairs = expected["variants"]
    if expected["trigger"]["buggy"] != {"raises": kind}:
        return f"the trigger gives {expected['trigger']['buggy']}, not {kind}"
    if expected["trigger"]["buggy"] == expected["trigger"]["fixed"]:
        return "both releases crash"
    if not any(pair["buggy"] == pair["fixed"] and "value" in pair["fixed"] for pair in pairs):
        return "no variant always worked"
    if not any("raises" in pair["buggy"] and pair["buggy"] != pair["fixed"] for pair in pairs):
        return "no variant crashes besides the trigger"
    return ""


def event_of(case: Case, *, capture: bool = False) -> dict[str, Any]:
    """The crash as the SDK sends it from a service, with the paths of that service and not of this machine.

    ``capture``: with the capture integration installed in that service.
    """
    with tempfile.TemporaryDirectory(prefix="bench-service-") as name:
        service = Path(name).resolve()
        (service / "app").mkdir()
        (service / "app" / "main.py").write_text(MAIN, encoding="utf-8")
        (service / "trigger.py").write_text((case.folder / "trigger.py").read_text(encoding="utf-8"), encoding="utf-8")
        environment = environment_of(case)
        target = service / "event.json"
        command = [environment / "bin" / "python", "-c", RECORDER, sdk(), service, case.facts["import_name"], target]
        command += [CAPTURE] if capture else []
        subprocess.run(
            command, check=True, capture_output=True, timeout=120, cwd=service, env={"TZ": "UTC", "PYTHONHASHSEED": "0"}
        )
        text = target.read_text(encoding="utf-8")
        installed = str((environment / "bin" / "python").resolve().parents[1])
        text = text.replace(str(environment), f"{SERVICE}/.venv").replace(str(service), SERVICE).replace(installed, "/usr")
        text = re.sub(r"/tmp/python-build[^/]*", "/usr/src", text)
    event: dict[str, Any] = json.loads(text)
    snapshot = {name: value for name, value in event.get("contexts", {}).items() if name.startswith("paramedic")}
    settled = _settled(case)
    return event | settled | {"contexts": settled["contexts"] | snapshot}


def _settled(case: Case) -> dict[str, Any]:
    """What would differ from one recording to the next, and what integrations add that are off while recording."""
    facts = case.facts
    pins = dict(pin.split("==") for pin in facts["extra_requirements"])
    return {
        "event_id": "0" * 31 + "1",
        "timestamp": "2026-01-01T00:00:00Z",
        "extra": {},
        "breadcrumbs": {"values": []},
        "contexts": {"runtime": {"name": "CPython", "version": facts["python"]}},
        "modules": {facts["package"]: facts["buggy_version"], **pins},
    }


def sdk() -> Path:
    """A folder with the SDK alone. Cached."""
    folder = CACHE / "sdk"
    if not (folder / "sentry_sdk").is_dir():
        command = [str(find_uv(None)), "pip", "install", "-q", "-p", sys.executable, "--target", str(folder), SDK]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    return folder


def _crash(case: Case, event: dict[str, Any]) -> dict[str, Any]:
    """The exception, and the innermost frame of the package itself."""
    raised = event["exception"]["values"][-1]
    package = case.facts["import_name"]
    frame = [
        frame for frame in raised["stacktrace"]["frames"]
        if f"{frame['module']}.".startswith(package + ".")
    ][-1]  # fmt: skip
    file = frame["abs_path"].split("/site-packages/", 1)[-1]
    place = {"file": file, "function": frame["function"], "lineno": frame["lineno"], "code": frame["context_line"].strip()}
    return {"exception": {"type": raised["type"], "value": raised["value"]}, "crash": place}


def write_json(path: Path, document: dict[str, Any]) -> None:
    """As the files of a case are written."""
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
