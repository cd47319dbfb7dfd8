"""A case on disk: what the engine may see (event and source), and the oracle that it never sees."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

CACHE = Path(os.environ.get("PARAMEDIC_BENCH_CACHE", Path.home() / ".cache" / "paramedic-bench"))
_FIXED = {
    "GIT_AUTHOR_NAME": "bench", "GIT_AUTHOR_EMAIL": "bench@example.invalid", "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "bench", "GIT_COMMITTER_EMAIL": "bench@example.invalid", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """``folder`` holds case.json and event.json, and the oracle: trigger.py, variants.py and expected.json, or ``no_fix``.

    The source is a release (``package`` and ``buggy_version``), or a service in the folder ``source``, as seen from here.
    """

    folder: Path
    captured: Path | None = None
    """Another recording of the event: with the capture integration."""

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def facts(self) -> dict[str, Any]:
        return self._json("case.json")

    @cached_property
    def expected(self) -> dict[str, Any]:
        return self._json("expected.json")

    @property
    def event(self) -> Path:
        return self.captured or self.folder / "event.json"

    @property
    def no_fix(self) -> bool:
        """True for a crash that no change of the code should "fix"."""
        return bool(self.facts.get("no_fix"))

    @property
    def service(self) -> Path | None:
        """The source tree, when it is kept with the cases."""
        return (self.folder / self.facts["source"]).resolve() if "source" in self.facts else None

    @cached_property
    def digest(self) -> str:
        recorded = digest_of(self.folder, *([self.service] if self.service else []))
        if self.captured is None:
            return recorded
        return hashlib.sha256(recorded.encode() + self.captured.read_bytes()).hexdigest()[:16]

    def _json(self, name: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        return document


def digest_of(*folders: Path) -> str:
    """Names and contents of all files below."""
    hashed = hashlib.sha256()
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"):
            hashed.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return hashed.hexdigest()[:16]


def cases_in(folder: Path, only: tuple[str, ...] = ()) -> list[Case]:
    found = [Case(path.parent) for path in sorted(folder.glob("*/case.json"))]
    return [case for case in found if not only or any(wanted in case.name for wanted in only)]


def source_of(case: Case) -> Path:
    """What crashed, as a git repository: the service, or the release's source distribution, else its wheel. Cached."""
    target = CACHE / "sources" / _source_name(case)
    with exclusive(target):
        if not (target / ".git").is_dir():
            _build_source(case, target)
    return target


def _source_name(case: Case) -> str:
    if case.service:
        return f"{case.service.name}-{digest_of(case.service)}"
    return f"{case.facts['package']}-{case.facts['buggy_version']}"


def _build_source(case: Case, target: Path) -> None:
    building = target.with_name(f"{target.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    if case.service:
        shutil.copytree(case.service, building / "tree", ignore=shutil.ignore_patterns("__pycache__"))
    else:
        _unpack(_download(case.facts["package"], case.facts["buggy_version"], building / "download"), building / "tree")
    for command in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "--all", "--force"),
        ("commit", "--quiet", "--message=release"),
    ):
        _run(["git", *command], building / "tree")
    shutil.rmtree(target, ignore_errors=True)
    (building / "tree").rename(target)
    shutil.rmtree(building)


@contextlib.contextmanager
def exclusive(target: Path) -> Iterator[None]:
    """One builder of ``target`` at a time, among threads and among processes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _download(package: str, version: str, folder: Path) -> Path:
    folder.mkdir(parents=True)
    base = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), f"{package}=={version}"]
    for kind in (["--no-binary", ":all:", "--no-build-isolation"], ["--only-binary", ":all:"], []):
        subprocess.run([*base, *kind], capture_output=True, timeout=300, check=False)
        if files := sorted(folder.iterdir()):
            return files[0]
    raise RuntimeError(f"{package}=={version} cannot be downloaded")


def _unpack(archive: Path, target: Path) -> None:
    scratch = target.with_name("unpacked")
    if archive.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(scratch)
    else:
        with tarfile.open(archive) as opened:
            opened.extractall(scratch, filter="data")
    entries = list(scratch.iterdir())
    single = len(entries) == 1 and entries[0].is_dir() and archive.suffix != ".whl"
    (entries[0] if single else scratch).rename(target)


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=os.environ | _FIXED)
