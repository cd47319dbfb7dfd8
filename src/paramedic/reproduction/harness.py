"""Runs inside the sandbox, under the project's interpreter: tries many small programs and reports how each ends.

Standard input is one JSON object: ``warm`` (modules to import first), ``root``, ``seconds`` for each attempt, ``budget`` for
all, ``attempts`` (sources) and ``wanted`` (the crash that ends the trying, or null). Each attempt runs in a forked child with
its own alarm; the last line of standard output is the marker and a JSON list. Must run on every Python that a project may
use, from 3.8 on, so nothing of ours is imported, and whatever the project raises is an answer.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import signal
import sys
import tempfile
import time
import warnings
from types import CodeType
from typing import Any

MARKER = "@@paramedic-attempts@@"
DEEPEST = 60


def qualified(code: CodeType) -> str:
    return str(getattr(code, "co_qualname", code.co_name))


def relative(path: str, root: str) -> str:
    path = os.path.realpath(path) if not path.startswith("<") else path
    return path[len(root) + 1 :] if path.startswith(root + os.sep) else path


def frames_of(error: BaseException, root: str) -> list[list[Any]]:
    found, entry = [], error.__traceback__
    while entry is not None:
        code = entry.tb_frame.f_code
        found.append([relative(code.co_filename, root), code.co_name, entry.tb_lineno, qualified(code)])
        entry = entry.tb_next
    return found[:5] + found[5:][-DEEPEST:]


def names_of(kind: type) -> list[str]:
    return [(parent.__module__ + "." + parent.__qualname__).replace("builtins.", "") for parent in kind.__mro__[:-1]]


def report_of(error: BaseException, root: str) -> dict[str, Any]:
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - a project's __str__ may raise anything
        message = ""
    owner = getattr(error, "obj", None)
    return {
        "type": type(error).__name__,
        "qualified": names_of(type(error))[0],
        "message": message[:2000],
        "frames": frames_of(error, root),
        "attribute": getattr(error, "name", None) if isinstance(error, (AttributeError, NameError, ImportError)) else None,
        "owner": names_of(type(owner))[0] if isinstance(error, AttributeError) and owner is not None else None,
    }


def attempt(source: str, root: str) -> dict[str, Any]:
    space = {"__name__": "paramedic_attempt", "__builtins__": __builtins__}
    try:
        exec(compile(source, "<attempt>", "exec"), space)  # noqa: S102 - running attempts is what this is for
    except BaseException as error:  # noqa: BLE001 - any ending is an answer
        return report_of(error, root)
    return {"type": None}


def child(source: str, root: str, seconds: int, out: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - it lives as long as the process
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), encoding="utf-8", errors="replace")
    sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), encoding="utf-8", errors="replace")
    signal.alarm(seconds)
    with contextlib.suppress(OSError):
        os.chdir(tempfile.mkdtemp())
    text = json.dumps(attempt(source, root))
    with os.fdopen(out, "w") as answer:
        answer.write(text)
    os._exit(0)


def forked(source: str, root: str, seconds: int) -> dict[str, Any]:
    inside, out = os.pipe()
    started = time.time()
    pid = os.fork()
    if pid == 0:
        os.close(inside)
        try:
            child(source, root, seconds, out)
        finally:
            os._exit(9)
    os.close(out)
    with os.fdopen(inside) as stream:
        text = stream.read()
    _, status = os.waitpid(pid, 0)
    try:
        result: dict[str, Any] = json.loads(text)
    except ValueError:
        result = {"type": None, "died": status}
    result["seconds"] = round(time.time() - started, 3)
    return result


def reached(result: dict[str, Any], wanted: dict[str, Any] | None) -> bool:
    """Whether an attempt ended exactly as the event: then no later one need be tried."""
    if wanted is None or result.get("type") != wanted["type"] or result.get("message", "")[:200] != wanted["message"][:200]:
        return False
    inside = [frame for frame in result["frames"] if frame[0] == wanted["file"]]
    return bool(inside) and inside[-1][1] == wanted["function"] and inside[-1][2] == wanted["line"]


def set_up_django(settings: str) -> None:
    """As the framework's own test runner does it, once for all attempts: applications and, where one can be had, an empty
    database. A project that cannot be set up is left as it is; the attempts that need it fail with its own reason."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    with contextlib.suppress(BaseException):
        django = importlib.import_module("django")
        django.setup()
        importlib.import_module("django.test.utils").setup_test_environment()
        importlib.import_module("django.test.runner").DiscoverRunner(verbosity=0, interactive=False).setup_databases()


def main() -> None:
    request = json.loads(sys.stdin.read())
    root = os.path.realpath(request["root"])
    warnings.simplefilter("ignore")
    real = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if request.get("django"):
        set_up_django(request["django"])
    for name in request["warm"]:
        # A module that fails to import here fails again, with its reason, in the attempts that need it.
        with contextlib.suppress(BaseException):
            importlib.import_module(name)
    results, deadline = [], time.time() + request["budget"]
    for source in request["attempts"]:
        if time.time() > deadline:
            break
        results.append(forked(source, root, request["seconds"]))
        if reached(results[-1], request["wanted"]):
            break
    with os.fdopen(real, "w") as stream:
        stream.write("\n" + MARKER + json.dumps(results) + "\n")
        stream.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
