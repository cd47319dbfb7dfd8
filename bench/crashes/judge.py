"""The oracle: a patched tree runs the case's trigger and variants, and is held against the fixed release's outcomes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.crashes.case import CACHE, Case, exclusive, source_of
from paramedic.sandbox.environment import find_uv
from paramedic.source.tree import SourceTree

RUNNER = r"""
import contextlib, importlib, importlib.util, io, json, os, sys, warnings
warnings.simplefilter("ignore")
folder, package, root = sys.argv[1:4]
sys.path[:] = [path for path in sys.path if path != ""]
sys.path.insert(0, folder)
sys.dont_write_bytecode = True
out = sys.stdout

def load(name):
    spec = importlib.util.spec_from_file_location(name, os.path.join(folder, name + ".py"))
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

def run(call):
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            value = call()
        return {"value": json.loads(json.dumps(value))}
    except BaseException as error:
        return {"raises": type(error).__name__}

module = importlib.import_module(package)
places = [module.__file__] if getattr(module, "__file__", None) else list(module.__path__)[:1]
inside = os.path.realpath(root) + os.sep
result = {"patched": all(os.path.realpath(place).startswith(inside) for place in places)}
result["trigger"] = run(load("trigger").trigger)
result["variants"] = [run(variant) for variant in load("variants").VARIANTS]
print("@@RESULT@@" + json.dumps(result), file=out)
"""
PLUGIN = r"""
import json, pytest
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    yield
    if call.excinfo and call.when == "call":
        error, frames = call.excinfo.value, []
        trace = error.__traceback__
        while trace:
            frames.append((trace.tb_frame.f_code.co_filename, trace.tb_frame.f_code.co_name))
            trace = trace.tb_next
        print("@@RAISED@@" + json.dumps([type(error).__name__, frames]))
"""


@dataclass(frozen=True)
class Judgement:
    """``correct``: as the fixed release throughout. ``harmless``: the crash is gone and all that worked is unchanged."""

    correct: bool
    harmless: bool
    detail: str = ""


def located(case: Case, suspects: list[dict[str, Any]]) -> tuple[bool, bool]:
    """Whether a function that the developers changed is the first, or among the first three, suspects."""
    hits = [any(_same(place, suspect) for place in case.facts["fix_locations"]) for suspect in suspects[:3]]
    return bool(hits and hits[0]), any(hits)


def _same(place: dict[str, str], suspect: dict[str, Any]) -> bool:
    file = (
        suspect["file"] == place["file"]
        or suspect["file"].endswith("/" + place["file"])
        or place["file"].endswith("/" + suspect["file"])
    )
    theirs, ours = (place.get("function") or "").replace(".<locals>", ""), (suspect["function"] or "").replace(".<locals>", "")
    return file and (theirs == ours or theirs.rsplit(".", 1)[-1] == ours.rsplit(".", 1)[-1])


def reproduced(case: Case, reproduction: dict[str, Any]) -> bool:
    """The test, run against the buggy release by the project's plain means, fails as the event did."""
    with _tree(case) as root:
        path = root / reproduction["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(reproduction["source"], encoding="utf-8")
        (root / "bench_reporter.py").write_text(PLUGIN, encoding="utf-8")
        command = [
            "-m",
            "pytest",
            "-q",
            "-s",
            "-p",
            "bench_reporter",
            "-p",
            "no:cacheprovider",
            "-o",
            "addopts=",
            reproduction["node"],
        ]
        answer = _python(case, command, root, cwd=root)
    for line in answer.splitlines():
        if "@@RAISED@@" in line:
            kind, frames = json.loads(line.split("@@RAISED@@", 1)[1])
            return kind == case.facts["exception"]["type"] and _in_crash_function(case, frames)
    return False


def _in_crash_function(case: Case, frames: list[list[str]]) -> bool:
    crash = case.facts["crash"]
    own = [name for file, name in frames if file.endswith("/" + crash["file"])]
    return bool(own) and (own[-1] == crash["function"] or case.facts["exception"]["type"] == "RecursionError")


def judge(case: Case, diff: str) -> Judgement:
    """Apply the diff to a copy of the buggy release and compare with the oracle."""
    with _tree(case) as root:
        applied = subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"], cwd=root, input=diff, text=True, capture_output=True, check=False
        )
        if applied.returncode:
            return Judgement(False, False, f"does not apply: {applied.stderr.strip()[:200]}")
        answer = _python(case, ["-c", RUNNER, str(case.folder), case.facts["import_name"], str(root)], root, cwd=case.folder)
    line = next((line for line in answer.splitlines() if line.startswith("@@RESULT@@")), None)
    if line is None:
        return Judgement(False, False, f"did not run: {answer.strip()[-200:]}")
    got = json.loads(line[len("@@RESULT@@") :])
    if not got["patched"]:
        return Judgement(False, False, "the installed release was imported, not the patched tree")
    return compare(case.expected, got)


def compare(expected: dict[str, Any], got: dict[str, Any]) -> Judgement:
    """``got`` holds outcomes of the patched tree, in the order of ``expected``."""
    pairs = [(expected["trigger"], got["trigger"]), *zip(expected["variants"], got["variants"], strict=True)]
    differing = [index for index, (wanted, given) in enumerate(pairs) if given != wanted["fixed"]]
    gone = got["trigger"] != expected["trigger"]["buggy"]
    kept = all(given == wanted["fixed"] for wanted, given in pairs[1:] if wanted["buggy"] == wanted["fixed"])
    detail = "; ".join(
        f"{index}: wanted {json.dumps(pairs[index][0]['fixed'])[:60]}, got {json.dumps(pairs[index][1])[:60]}"
        for index in differing[:3]
    )
    return Judgement(not differing, gone and kept, detail)


@contextlib.contextmanager
def _tree(case: Case) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        root = Path(folder) / "tree"
        shutil.copytree(source_of(case), root, symlinks=True)
        yield root


def _python(case: Case, arguments: list[str], root: Path, cwd: Path) -> str:
    tree = SourceTree.open(root)
    path = os.pathsep.join(str(root / part) for part in (*tree.source_roots, ""))
    home = CACHE / "home"
    home.mkdir(parents=True, exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL", "SENTRY"))}
    environment |= {"PYTHONPATH": path, "PYTHONHASHSEED": "0", "TZ": "UTC", "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(environment_of(case) / "bin" / "python"), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, env=environment, cwd=cwd, check=False)
    except subprocess.TimeoutExpired:
        return "timed out"
    return done.stdout + done.stderr


def outcomes(case: Case, release: str) -> dict[str, Any]:
    """What trigger and variants give under the installed ``buggy`` or ``fixed`` release."""
    python = environment_of(case, release) / "bin" / "python"
    command = [python, "-c", RUNNER, str(case.folder), case.facts["import_name"], str(python.parents[1])]
    clean = {"PYTHONHASHSEED": "0", "TZ": "UTC", "HOME": str(CACHE), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, env=clean, cwd=case.folder, check=True)
    found: dict[str, Any] = json.loads(done.stdout.split("@@RESULT@@", 1)[1])
    return found


def environment_of(case: Case, release: str = "buggy") -> Path:
    """A virtual environment with a release and the case's pins. Cached."""
    facts = case.facts
    version = facts[f"{release}_version"]
    pins = facts["extra_requirements"]
    if release == "fixed":  # which may not go together with the pins of the buggy one
        pins = facts.get("fixed_extra_requirements", pins)
    wanted = [f"{facts['package']}=={version}", *sorted(pins)]
    return environment(f"{facts['package']}-{version}", wanted, facts.get("python", "3.11"))


def environment(name: str, wanted: list[str], python: str = "3.11") -> Path:
    """A virtual environment with what is ``wanted``, and pytest. Cached."""
    folder = CACHE / "environments" / f"{name}-{abs(hash_of(wanted)):x}"
    uv = str(find_uv(None))
    with exclusive(folder):
        if not (folder / ".ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([uv, "venv", "-q", "-p", python, str(folder)], check=True, capture_output=True)
            install = [uv, "pip", "install", "-q", "-p", str(folder), *wanted, "pytest"]
            subprocess.run(install, check=True, capture_output=True, timeout=900)
            (folder / ".ready").touch()
    return folder


def hash_of(texts: list[str]) -> int:
    import zlib

    return zlib.crc32("\n".join(texts).encode())
