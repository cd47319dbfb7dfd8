"""The order in which an environment's packages are tried, from what was asked for to what can be had.

A production crash is best reproduced with the versions that production ran (the event's modules, then the lock file). They
cannot always be had: a private package, a version without a wheel for this Python. So pins that stand in the way are dropped
first, then the wish for test extras, then the rule that nothing is built from source. Each step down is noted.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from packaging.utils import canonicalize_name

from paramedic.model.errors import EnvironmentFailed
from paramedic.model.execution import Outcome
from paramedic.sandbox.interpreters import Interpreter
from paramedic.sandbox.requirements import Declared
from paramedic.sandbox.uv import Uv, failure
from paramedic.sandbox.wheel import Wheel

_PINNED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*==")
_MOST_DROPS = 4
_TEST_EXTRAS = ("test", "tests", "testing")
_CONFIGURE = "Set setup (commands that install) or python in its [repositories.NAME] table, or in .paramedic.toml."


@dataclass(slots=True)
class Installation:
    """Fills one virtual environment in ``folder``. ``notes`` collect what was not had as asked."""

    folder: Path
    interpreter: Interpreter
    uv: Uv
    declared: Declared
    pins: Mapping[str, str]
    scratch: Path
    progress: Callable[[str], None]
    notes: list[str] = field(default_factory=list)

    def create(self, *, seed: bool = False) -> None:
        """Make the empty environment. Raises ``EnvironmentFailed``."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        options = ("--quiet", "--relocatable", "--allow-existing", "--no-project", *(("--seed",) if seed else ()))
        self._checked(self._uv("venv", *options, "--python", str(self.interpreter.path), str(self.folder)))

    def install_main(self, wheel: Wheel | None) -> None:
        """The project and what it needs. Raises ``EnvironmentFailed`` when no way leads there."""
        self.create()
        main = self.declared.main if wheel is None or not self._from_metadata(wheel) else self._beside_wheel()
        extras = [extra for extra in _TEST_EXTRAS if wheel and extra in wheel.extras]
        with_extras = [*main, *self._wheel_line(wheel, extras)]
        without = [*main, *self._wheel_line(wheel, [])]
        if not without:
            return
        done = self._with_fewer_pins(with_extras)
        if done.exit_code and extras:
            self.notes.append(f"The extras {', '.join(extras)} cannot be installed: {failure(done)[:200]}")
            done = self._with_fewer_pins(without)
        if done.exit_code:
            self._from_source(without, done)

    @staticmethod
    def _from_metadata(wheel: Wheel) -> bool:
        return bool(wheel.name)

    def _beside_wheel(self) -> tuple[str, ...]:
        """Requirement files beside a package often hold tools of its developers: wished for, not needed."""
        return ()

    def _wheel_line(self, wheel: Wheel | None, extras: list[str]) -> Iterator[str]:
        if wheel is not None:
            suffix = f"[{','.join(extras)}]" if extras else ""
            yield f"{wheel.name}{suffix} @ {wheel.path.as_uri()}"

    def _with_fewer_pins(self, lines: list[str]) -> Outcome:
        """Install; as long as it fails, drop the pins that uv names as being in the way, and at last all."""
        pins = {name: version for name, version in self.pins.items() if name != self.declared.name}
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
        return {name: version for name, version in self.pins.items() if name not in blamed | {self.declared.name}}

    def install_wishes(self, wheel: Wheel | None) -> None:
        """What tests use, as far as it can be had beside what is installed; each by itself when not together."""
        wished = [*(self.declared.main if wheel else ()), *self.declared.tests]
        if wished:
            kept = self._frozen()
            if self._install(wished, kept | self._other_pins(kept)).exit_code:
                self._one_by_one(wished, kept)
        self._install_pytest()

    def _one_by_one(self, lines: list[str], kept: dict[str, str]) -> None:
        missing = [line for line in lines[:40] if self._install([line], kept).exit_code]
        if missing:
            self.notes.append(f"Wished for by tests, not to be had: {', '.join(missing)[:300]}.")

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
        requirements, constraints = self.scratch / "requirements.txt", self.scratch / "constraints.txt"
        requirements.write_text("\n".join(lines), encoding="utf-8")
        constraints.write_text("\n".join(f"{name}=={version}" for name, version in sorted(pins.items())), encoding="utf-8")
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
