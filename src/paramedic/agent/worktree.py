"""The session's own view of the source: the checkout with the agent's changes laid over it.

Nothing is written to a disk: a change is a value, and reaches files only as an overlay inside a sandbox or, once proven, as
an effect. So no path, link or race can lead an edit out of the repository.
"""

from __future__ import annotations

import re
import sys
from pathlib import PurePosixPath

from paramedic.model.errors import SourceError
from paramedic.model.repair import Edit
from paramedic.source.edits import unified_diff
from paramedic.source.tree import SourceTree, is_test_path

LARGEST = 400_000
_RULES = frozenset(
    ("conftest.py", "pytest.ini", "pytest.toml", "tox.ini", "setup.cfg", "setup.py", "pyproject.toml", "noxfile.py", "manage.py",
     "unittest.cfg", "nose2.cfg", "makefile", "rakefile", "package.json", "pom.xml", "build.gradle", "build.gradle.kts")
)  # fmt: skip
_RUNNERS = re.compile(r"(?:jest|vitest|karma|mocha|ava|cypress|playwright|phpunit)\b.*\.(?:[cm]?[jt]s|json|xml|ya?ml|dist)$")
_SHADOWS = frozenset(("pytest", "_pytest", "pluggy", "unittest", "sitecustomize", "usercustomize", "conftest", "django"))
_ASKS_FOR_TESTS = re.compile(r"PYTEST_CURRENT_TEST|\bpytest\b|\bunittest\b|PARAMEDIC_REPORT|sys\.gettrace")
_OTHER_TEST = re.compile(r"(?:^|/)(?:__tests__|spec|tests?)/|(?:[._-](?:test|spec)\.|Tests?\.(?:java|kt|cs|swift)$|_test\.go$)")


class WorkTree:
    """Reads through to ``tree``; ``edits`` are all changes so far, by path."""

    def __init__(self, tree: SourceTree) -> None:
        self.tree = tree
        self._edits: dict[str, Edit] = {}

    def text(self, path: str) -> str:
        """Raises ``SourceError``."""
        edit = self._edits.get(path)
        return edit.after if edit else self.tree.text(path)

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted({*self.tree.files(""), *self._edits}))

    @property
    def patch(self) -> tuple[Edit, ...]:
        return tuple(edit for edit in self._edits.values() if not is_test(edit.path) and edit.before != edit.after)

    @property
    def tests(self) -> tuple[Edit, ...]:
        return tuple(edit for edit in self._edits.values() if is_test(edit.path))

    @property
    def overlay(self) -> dict[str, str]:
        return {path: edit.after for path, edit in self._edits.items()}

    def diff(self) -> str:
        return unified_diff(tuple(self._edits.values()))

    def apply(self, edits: tuple[Edit, ...]) -> None:
        """Take over changes that were checked when they were made."""
        for edit in edits:
            first = self._edits.get(edit.path)
            self._edits[edit.path] = Edit(edit.path, first.before if first else edit.before, edit.after)

    def replace(self, path: str, old: str, new: str) -> Edit:
        """The edit that puts ``new`` for the one place where ``old`` stands. Raises ``SourceError`` that says what is wrong."""
        self._refuse(path)
        before = self.text(path)
        count = before.count(old) if old else 0
        if count != 1:
            what = "is not in" if count == 0 else f"stands {count} times in"
            raise SourceError(f"The old text {what} {path}.", remedy="Give it exactly as the file has it, with enough around it.")
        return self._checked(path, before, before.replace(old, new))

    def create(self, path: str, text: str) -> Edit:
        """The edit that makes a new file. Raises ``SourceError`` where one is."""
        self._refuse(path)
        if self.tree.exists(path) or path in self._edits:
            raise SourceError(f"{path} is there already.", remedy="Replace a part of it instead.")
        if not is_test(path):
            self._refuse_shadow(path)
        return self._checked(path, "", text)

    def _checked(self, path: str, before: str, after: str) -> Edit:
        if len(after) > LARGEST:
            raise SourceError(f"{path} would be larger than {LARGEST} characters.")
        if not is_test(path) and len(_ASKS_FOR_TESTS.findall(after)) > len(_ASKS_FOR_TESTS.findall(before)):
            raise SourceError(f"The change makes {path} ask whether it is being tested.", remedy="Mend the code itself.")
        return Edit(path, before, after)

    def _refuse(self, path: str) -> None:
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts or not path or "\0" in path or str(pure) != path:
            raise SourceError(f"{path!r} is not a path inside the repository.", remedy="Give it relative to the root, with /.")
        if is_off_limits(path):
            raise SourceError(f"{path} decides how the project is built or tested, and is not changed.")
        if is_test(path) and self.tree.exists(path):
            raise SourceError(f"{path} is one of the project's tests, and is not changed.", remedy="Write a new test file.")
        if self.tree.exists(path):
            self.tree.raw(path)
        self._refuse_links(pure)

    def _refuse_links(self, pure: PurePosixPath) -> None:
        for parent in (pure, *pure.parents):
            if (self.tree.root / parent).is_symlink():
                raise SourceError(f"{parent} is a link, and is not written through.")

    def _refuse_shadow(self, path: str) -> None:
        first = PurePosixPath(path).parts[0].removesuffix(".py")
        stem = PurePosixPath(path).stem
        if {first, stem} & _SHADOWS or first in sys.stdlib_module_names or path.endswith(".pth"):
            raise SourceError(f"{path} would stand in for a module that tests are run with.", remedy="Choose another name.")


def is_test(path: str) -> bool:
    """Whether a file of any language is a test, by the names that their runners look for."""
    return is_test_path(path) or bool(_OTHER_TEST.search(path))


def is_off_limits(path: str) -> bool:
    """Whether a file decides how the project is built or tested."""
    pure = PurePosixPath(path)
    name = pure.name.lower()
    return any(part.startswith(".") for part in pure.parts) or name in _RULES or bool(_RUNNERS.match(name))
