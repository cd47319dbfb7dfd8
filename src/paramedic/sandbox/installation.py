"""The order in which an environment's packages are tried, from what was asked for to what can be had.

A production crash is best reproduced with the versions that production ran (the event's modules, then the lock file). They
cannot always be had: a private package, a version without a wheel for this Python. So pins that stand in the way are dropped
first, then the wish for test extras, then the rule that nothing is built from source. Each step down is noted.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from packaging.utils import canonicalize_name

from paramedic.model.errors import EnvironmentFailed
from paramedic.model.execution import Outcome
from paramedic.sandbox.copies import copy_regular_files
from paramedic.sandbox.interpreters import Interpreter
from paramedic.sandbox.requirements import Declared, requirement_name
from paramedic.sandbox.uv import Uv, failure
from paramedic.sandbox.wheel import Wheel

_PINNED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*==")
_MOST_DROPS = 4
_MOST_WISHES = 80
_MOST_ROUNDS = 20
_MOST_BUILDS = 6
_BUILD_SECONDS = 10.0
_FEW_MODULES = 60
_INSTALLERS = ("pip", "uv", "wheel", "setuptools")
_TEST_EXTRAS = ("test", "tests", "testing")
_STEADY_PYTEST, _ANY_PYTEST = "pytest>=7.2,<8", "pytest>=7.2"
"""Suites of many years run under pytest 7; those that need a newer one say so. Older ones do not run on newer Pythons."""
_CONFIGURE = "Set setup (commands that install) or python in its [repositories.NAME] table, or in .paramedic.toml."


@dataclass(slots=True)
class Installation:
    """Fills one virtual environment in ``folder``. ``modules`` are the versions that production had (the event's);
    ``notes`` collect what was not had as asked."""

    folder: Path
    interpreter: Interpreter
    uv: Uv
    declared: Declared
    modules: Mapping[str, str]
    scratch: Path
    progress: Callable[[str], None]
    notes: list[str] = field(default_factory=list)
    pytest_range: str = _STEADY_PYTEST

    @property
    def pins(self) -> dict[str, str]:
        """Versions to prefer: what production ran, else what the lock file says; never of the project itself."""
        pins = self.declared.pins | dict(self.modules)
        return {name: version for name, version in pins.items() if name != self.declared.name}

    def create(self, *, seed: bool = False) -> None:
        """Make the empty environment. Raises ``EnvironmentFailed``."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        options = ("--quiet", "--relocatable", "--allow-existing", "--no-project", *(("--seed",) if seed else ()))
        self._checked(self._uv("venv", *options, "--python", str(self.interpreter.path), str(self.folder)))

    def install_main(self, wheel: Wheel | None) -> None:
        """The project and what it needs. Raises ``EnvironmentFailed`` when no way leads there."""
        self.create()
        needed = self._needed(wheel, extras=())
        if not needed:
            return
        extras = tuple(extra for extra in _TEST_EXTRAS if wheel and extra in wheel.extras)
        done = self._with_fewer_pins(self._needed(wheel, extras))
        if done.exit_code and extras:
            self.notes.append(f"The extras {', '.join(extras)} cannot be installed: {failure(done)[:200]}")
            done = self._with_fewer_pins(needed)
        if done.exit_code:
            self._from_source(needed, done)

    def _needed(self, wheel: Wheel | None, extras: tuple[str, ...]) -> list[str]:
        """The wheel brings its own requirements; without one they are those declared, or as published with the release."""
        if wheel is not None:
            suffix = f"[{','.join(extras)}]" if extras else ""
            return [f"{wheel.name}{suffix} @ {wheel.path.as_uri()}"]
        published = [line for line in self.declared.published if "extra ==" not in line]
        return list(dict.fromkeys((*self.declared.main, *published)))

    def _wished(self, wheel: Wheel | None) -> list[str]:
        """What tests use; files of requirements beside a package, which often are its developers' tools; what production had
        besides (of a large service only what some extra names, unless the project says nothing of what it needs)."""
        beside = self.declared.main if wheel else ()
        return [*self._basics(), *beside, *map(_without_old_pytest, self.declared.tests), *self._had(wheel)]

    def _had(self, wheel: Wheel | None) -> list[str]:
        had = self.modules.keys() - {self.declared.name, *_INSTALLERS}
        if len(had) > _FEW_MODULES and self._needed(wheel, ()):
            optional = (*self.declared.published, *(wheel.requires if wheel else ()))
            had &= {requirement_name(line) for line in optional}
        return sorted(had)

    def _basics(self) -> list[str]:
        """Python before 3.12 came with setuptools, and code of that time counts on its ``pkg_resources``."""
        if int(self.interpreter.minor.split(".")[1]) >= 12:
            return []
        return ["setuptools" if "setuptools" in self.modules else "setuptools<81"]

    def _with_fewer_pins(self, lines: list[str]) -> Outcome:
        """Install; as long as it fails, drop the pins that uv names as being in the way, and at last all."""
        pins = self.pins
        done = self._install(lines, pins)
        for _ in range(_MOST_DROPS):
            blamed = {canonicalize_name(name) for name in _PINNED.findall(done.stderr)} & pins.keys()
            if done.exit_code == 0 or not blamed:
                break
            pins = {name: version for name, version in pins.items() if name not in blamed}
            self.notes.append(f"Not in the version asked for, because it cannot be installed so: {', '.join(sorted(blamed))}.")
            done = self._install(lines, pins)
        if done.exit_code and pins:
            self.notes.append("No version that the event or the lock file names was used: they cannot be installed together.")
            done = self._install(lines, {})
        return done

    def _from_source(self, lines: list[str], failed: Outcome) -> None:
        """All again with building allowed, and with nothing shared."""
        self.progress("building dependencies from source")
        self.notes.append("Some dependencies were built from source.")
        shared, self.uv = self.uv, replace(self.uv, private=self.scratch / "uv-cache")
        try:
            self.create()
            done = self._install(lines, self._unblamed(failed), build=True)
            if done.exit_code:
                done = self._install(lines, {}, build=True)
            if done.exit_code:
                raise EnvironmentFailed(f"The dependencies cannot be installed: {failure(done)}", remedy=_CONFIGURE)
        finally:
            self.uv = shared

    def _unblamed(self, failed: Outcome) -> dict[str, str]:
        blamed = {canonicalize_name(name) for name in _PINNED.findall(failed.stderr)}
        return {name: version for name, version in self.pins.items() if name not in blamed}

    def install_wishes(self, wheel: Wheel | None) -> None:
        """What is good to have, as far as it can be had beside what is installed."""
        wished = list(dict.fromkeys(self._wished(wheel)))[:_MOST_WISHES]
        kept = self._frozen()
        constraints = kept | self._other_pins(kept)
        missing: list[str] = []
        for _ in range(_MOST_ROUNDS):
            done = self._install(wished, constraints) if wished else None
            if done is None or done.exit_code == 0:
                break
            blamed = self._blamed(done, wished) or wished[:1]
            wished = [line for line in wished if line not in blamed]
            for line in blamed:
                looser = _loosened(line)
                (wished if looser else missing).append(looser or line)
        self._build_beside(missing)
        self._install_pytest()

    @staticmethod
    def _blamed(done: Outcome, lines: list[str]) -> list[str]:
        """The lines whose packages uv names first: its reason begins with what cannot be had."""
        text = done.stderr
        places = {line: found.start() for line in lines if (found := _mention(requirement_name(line), text))}
        return sorted(places, key=lambda line: places[line])[:1]

    def _build_beside(self, lines: list[str]) -> None:
        built = set()
        deadline = time.monotonic() + _BUILD_SECONDS
        for line in sorted(lines, key=lambda line: requirement_name(line) not in self.modules)[:_MOST_BUILDS]:
            if time.monotonic() < deadline and self._built_beside(line):
                built.add(line)
        left = [line for line in lines if line not in built]
        if left:
            self.notes.append(f"Optional, and not to be had: {', '.join(left)[:300]}.")

    def _built_beside(self, line: str) -> bool:
        """Build one package from source, apart, and copy in what came of it: no links, no programs."""
        name = requirement_name(line)
        apart = self.scratch / "apart" / name
        apart.mkdir(parents=True, exist_ok=True)
        wanted = f"{name}=={self.modules[name]}" if name in self.modules else name
        (self.scratch / "requirements.txt").write_text(f"{wanted}\n", encoding="utf-8")
        private = replace(self.uv, private=self.scratch / "uv-cache")
        done = private.run(
            *("pip", "install", "--quiet", "--no-deps", "--python", str(self.interpreter.path), "--target", str(apart)),
            *("--build-constraints", str(self._build_constraints()), "--requirements", str(self.scratch / "requirements.txt")),
            interpreter=self.interpreter,
            writable=[apart],
            readable=[self.scratch],
        )
        if done.exit_code == 0:
            copy_regular_files(apart, next(self.folder.glob("lib/python*/site-packages")), without=("bin",))
        return done.exit_code == 0

    def _install_pytest(self) -> None:
        kept = self._frozen()
        if "pytest" not in kept and self._install(["pytest"], kept).exit_code:
            self._checked(self._install(["pytest"], {}))

    def _other_pins(self, kept: Mapping[str, str]) -> dict[str, str]:
        return {name: version for name, version in self.pins.items() if name not in kept}

    def _frozen(self) -> dict[str, str]:
        """What is installed, by the names of its metadata folders: the environment itself is not asked to run."""
        found: dict[str, str] = {}
        for path in self.folder.glob("lib/python*/site-packages/*.dist-info"):
            name, _, version = path.name.removesuffix(".dist-info").partition("-")
            found[canonicalize_name(name)] = version
        return found

    def _install(self, lines: list[str], pins: Mapping[str, str], *, build: bool = False) -> Outcome:
        """One run of uv. The range for pytest gives way when the project asks for a newer one."""
        done = self._install_once(lines, pins, build=build)
        if done.exit_code and "pytest" in done.stderr and self.pytest_range == _STEADY_PYTEST:
            self.pytest_range = _ANY_PYTEST
            return self._install_once(lines, pins, build=build)
        return done

    def _install_once(self, lines: list[str], pins: Mapping[str, str], *, build: bool) -> Outcome:
        requirements, constraints = self.scratch / "requirements.txt", self.scratch / "constraints.txt"
        requirements.write_text("\n".join(lines), encoding="utf-8")
        exact = [f"{name}=={version}" for name, version in sorted(pins.items()) if name != "pytest"]
        constraints.write_text("\n".join((*exact, self.pytest_range)), encoding="utf-8")
        rule = ("--build-constraints", str(self._build_constraints())) if build else ("--only-binary", ":all:")
        return self._uv(
            *("pip", "install", "--quiet", *rule, "--python", str(self.folder / "bin" / "python")),
            *("--requirements", str(requirements), "--constraints", str(constraints)),
        )

    def _build_constraints(self) -> Path:
        path = self.scratch / "build-constraints.txt"
        path.write_text("setuptools<81\n", encoding="utf-8")
        return path

    def _uv(self, *arguments: str) -> Outcome:
        return self.uv.run(*arguments, interpreter=self.interpreter, writable=[self.folder], readable=[self.scratch])

    def _checked(self, done: Outcome) -> None:
        if done.exit_code:
            raise EnvironmentFailed(f"The environment cannot be made: {failure(done)}", remedy=_CONFIGURE)


def _mention(name: str, text: str) -> re.Match[str] | None:
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE)


def _without_old_pytest(line: str) -> str:
    """Exact and upper bounds on pytest and its plugins are of the Python of their day."""
    name = requirement_name(line)
    return name if name.startswith("pytest") and re.search(r"[=<~]=?\s*\d", line.replace(">=", "")) else line


def _loosened(line: str) -> str | None:
    """An exact version without a wheel for this Python as any later one of the same major; None when it was not exact."""
    found = re.match(r"^([\w.-]+(?:\[[\w,.-]+\])?)\s*==\s*(\d+)([\w.]*)\s*(;.*)?$", line)
    return f"{found[1]}>={found[2]}{found[3].rstrip('.')},<{int(found[2]) + 1}{found[4] or ''}" if found else None
