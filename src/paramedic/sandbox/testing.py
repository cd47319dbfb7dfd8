"""How a project runs its tests, read from its files."""

from __future__ import annotations

import configparser
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from paramedic.model.errors import SourceError
from paramedic.sandbox.projectfile import read_project_file
from paramedic.source.roots import parse_toml, table
from paramedic.source.tree import SourceTree

PLUGIN = "_paramedic_report"
PLUMBING = (
    *("--color=no", "--rootdir=.", "-pno:cacheprovider", "-pno:randomly", f"-p{PLUGIN}"),
    *("-oaddopts=", "-orequired_plugins=", "--continue-on-collection-errors"),
)
"""Options that only make a run reproducible and readable by us: not part of the command that is shown."""
_WITH_VALUE = ("--import-mode", "--ds", "--dc", "--confcutdir", "--asyncio-mode")
_KEPT_OPTIONS = (*_WITH_VALUE, "--nomigrations", "--no-migrations", "--pyargs")
_INI_FILES = (("pytest.ini", "pytest"), (".pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest"))
_UNITTEST_ID = re.compile(r"^[\w.]+$")


class Framework(StrEnum):
    PYTEST = "pytest"
    UNITTEST = "unittest"
    DJANGO = "django"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class TestPlan:
    """``argv`` before the names of tests (after the interpreter, but for ``COMMAND``: a shell line with ``{paths}``)."""

    framework: Framework
    argv: tuple[str, ...]
    directory: str = ""


def plan_tests(tree: SourceTree, test_command: str | None) -> TestPlan:
    """The given command, else that of ``.paramedic.toml``, else Django's runner where only that can work, else pytest, which
    runs unittest's cases too."""
    command = test_command or read_project_file(tree).test
    if command:
        return TestPlan(Framework.COMMAND, (command,))
    settings = _pytest_settings(tree)
    manage = next((path for path in tree.files("manage.py") if _is_django_manage(tree, path)), None)
    if manage is not None and settings is None:
        return TestPlan(Framework.DJANGO, ("manage.py", "test", "--noinput"), manage.rpartition("/")[0])
    kept = kept_options(settings[0] if settings else "")
    # Newer dependencies deprecate more: where every warning is an error, that would hide what the tests are about.
    lenient = ("-Wignore::DeprecationWarning",) if settings and "error" in settings[1] else ()
    return TestPlan(Framework.PYTEST, ("-m", "pytest", "-q", "--tb=short", *PLUMBING, *lenient, *kept))


def kept_options(addopts: str) -> tuple[str, ...]:
    """Of the project's own ``addopts``, those that change which code is found and how it is imported.

    Coverage, parallel runs, reports and strictness are left out: they need plugins that may be missing, or change the
    result only.
    """
    try:
        words = shlex.split(addopts)
    except ValueError:
        return ()
    kept: list[str] = []
    for position, word in enumerate(words):
        name, has_value, _ = word.partition("=")
        if name in _KEPT_OPTIONS:
            kept.append(word)
            takes_next = not has_value and position + 1 < len(words) and not words[position + 1].startswith("-")
            kept += [words[position + 1]] if takes_next and name in _WITH_VALUE else []
        elif word == "-p" and position + 1 < len(words) and words[position + 1].startswith("no:"):
            kept += [word, words[position + 1]]
    return tuple(kept)


def _pytest_settings(tree: SourceTree) -> tuple[str, str] | None:
    """``addopts`` and ``filterwarnings`` of the first file that configures pytest, as pytest looks for it; else None."""
    for path, section in _INI_FILES:
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read_string(tree.text(path))
        except (SourceError, configparser.Error):
            continue
        if parser.has_section(section):
            return parser.get(section, "addopts", fallback=""), parser.get(section, "filterwarnings", fallback="")
    return _pytest_settings_of_pyproject(tree)


def _pytest_settings_of_pyproject(tree: SourceTree) -> tuple[str, str] | None:
    try:
        tool = table(parse_toml(tree.text("pyproject.toml")), "tool")
    except SourceError:
        return None
    if "pytest" not in tool:
        return None
    pytest = table(tool, "pytest")
    options = table(pytest, "ini_options") or pytest
    return _joined(options.get("addopts", "")), _joined(options.get("filterwarnings", ""))


def _joined(value: object) -> str:
    return shlex.join(map(str, value)) if isinstance(value, list) else str(value)


def _is_django_manage(tree: SourceTree, path: str) -> bool:
    if path.rpartition("/")[2] != "manage.py" or path.count("/") > 1:
        return False
    try:
        return "DJANGO_SETTINGS_MODULE" in tree.text(path)
    except SourceError:
        return False


def labels(framework: Framework, nodes: Sequence[str], directory: str, tree: SourceTree) -> tuple[str, ...]:
    """Node ids (``tests/test_x.py::Case::test``) as the framework wants them."""
    if framework in {Framework.PYTEST, Framework.COMMAND}:
        return tuple(nodes)
    return tuple(_dotted(node, directory, tree) for node in nodes)


def _dotted(node: str, directory: str, tree: SourceTree) -> str:
    path, *names = node.split("::")
    if _UNITTEST_ID.match(node) and not path.endswith(".py"):
        return node
    relative = path.removeprefix(f"{directory}/") if directory else tree.module_name(path).replace(".", "/")
    return ".".join([relative.removesuffix(".py").rstrip("/").replace("/", "."), *names])
