"""Runs inside the sandbox, under the project's interpreter: tries many small programs and reports how each ends.

Standard input is one JSON object: ``{"warm": [modules], "root": folder, "seconds": n, "stop": text, "attempts": [source, ...]}``. Each
attempt runs in a forked child with its own alarm; the last line of standard output is ``marker`` and a JSON list. Must run
on every Python that a project may use (3.8 and later), so nothing of ours is imported.
"""

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

MARKER = "@@paramedic-attempts@@"
DEEPEST = 60


def qualified(code):
    return getattr(code, "co_qualname", code.co_name)


def relative(path, root):
    path = os.path.realpath(path) if not path.startswith("<") else path
    return path[len(root) + 1 :] if path.startswith(root + os.sep) else path


def frames_of(error, root):
    found, entry = [], error.__traceback__
    while entry is not None:
        code = entry.tb_frame.f_code
        found.append([relative(code.co_filename, root), code.co_name, entry.tb_lineno, qualified(code)])
        entry = entry.tb_next
    return found[:5] + found[5:][-DEEPEST:]


def names_of(kind):
    return [(parent.__module__ + "." + parent.__qualname__).replace("builtins.", "") for parent in kind.__mro__[:-1]]


def report_of(error, root):
    try:
        message = str(error)
    except Exception:
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


def attempt(source, root):
    space = {"__name__": "paramedic_attempt", "__builtins__": __builtins__}
    try:
        exec(compile(source, "<attempt>", "exec"), space)
    except BaseException as error:
        return report_of(error, root)
    return {"type": None}


def child(source, root, seconds, out):
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    sys.stdin = open(0, closefd=False)
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), encoding="utf-8", errors="replace")
    sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), encoding="utf-8", errors="replace")
    signal.alarm(seconds)
    with contextlib.suppress(OSError):
        os.chdir(tempfile.mkdtemp())
    text = json.dumps(attempt(source, root))
    with os.fdopen(out, "w") as stream:
        stream.write(text)
    os._exit(0)


def forked(source, root, seconds):
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
        result = json.loads(text)
    except ValueError:
        result = {"type": None, "died": status}
    result["seconds"] = round(time.time() - started, 3)
    return result


def reached(result, wanted):
    """Whether an attempt ended exactly as the event: then no later one need be tried."""
    if wanted is None or result.get("type") != wanted["type"] or result.get("message", "")[:200] != wanted["message"][:200]:
        return False
    inside = [frame for frame in result["frames"] if frame[0] == wanted["file"]]
    return bool(inside) and inside[-1][1] == wanted["function"] and inside[-1][2] == wanted["line"]


def main():
    request = json.loads(sys.stdin.read())
    root = os.path.realpath(request["root"])
    warnings.simplefilter("ignore")
    real = os.dup(1)
    with open(os.devnull, "w") as null:
        os.dup2(null.fileno(), 1)
        for name in request["warm"]:
            try:
                importlib.import_module(name)
            except BaseException:
                continue
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
