"""Runs inside the sandbox, in the build environment: calls the hooks of PEP 517 for one wheel.

Standard input is JSON: backend, backend_path, root, out. Standard output ends with one JSON line: {"needs": [...]} when
packages are missing that the backend asks for, or {"wheel": "name"}.
"""

import importlib
import json
import os
import re
import sys


def main() -> None:
    request = json.loads(sys.stdin.read())
    root = request["root"]
    os.chdir(root)
    sys.path[:0] = [os.path.join(root, path) for path in request["backend_path"]]  # noqa: PTH118 (old interpreters)
    module, _, attribute = request["backend"].partition(":")
    backend = importlib.import_module(module)
    for name in filter(None, attribute.split(".")):
        backend = getattr(backend, name)
    output = os.dup(1)
    os.dup2(2, 1)
    wanted = backend.get_requires_for_build_wheel() if hasattr(backend, "get_requires_for_build_wheel") else []
    missing = [line for line in wanted if not installed(line)]
    answer = {"needs": missing} if missing and not request["last"] else {"wheel": backend.build_wheel(request["out"])}
    os.write(output, ("\n" + json.dumps(answer)).encode())


def installed(line: str) -> bool:
    try:
        from importlib import metadata
    except ImportError:
        return False
    try:
        metadata.version(re.split(r"[^\w.-]", line.strip())[0])
    except metadata.PackageNotFoundError:
        return False
    return True


main()
