"""What a project says it needs, read from its files without running any of them."""

from __future__ import annotations

import ast
import configparser
import contextlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from paramedic.model.errors import SourceError
from paramedic.sandbox.undeclared import undeclared_tools
from paramedic.source.roots import Table, parse_toml, table
from paramedic.source.tree import SourceTree

_MAIN_FILES = (
    *("requirements.txt", "requirements/base.txt", "requirements/common.txt", "requirements/production.txt"),
    *("requirements/prod.txt", "requirements/main.txt", "requirements/requirements.txt"),
)
_TEST_FILE = re.compile(
    r"(?:^|/)(?:requirements[-_./](?:tests?|testing|dev|ci)|(?:tests?|testing|dev)[-_/]requirements(?:[-_]\w+)?)\.(?:txt|in)$"
)
_TEST_NAMES = ("test", "tests", "testing")
_DEV_NAMES = ("dev", "develop", "development", "ci")
_CHECKERS = ("black", "ruff", "flake8", "mypy", "pylint", "isort", "pyright", "bandit", "interrogate", "check-manifest", "asv")
_RELEASERS = ("pre-commit", "tox", "nox", "twine", "build", "bump2version", "bumpversion", "codecov", "pyupgrade", "commitizen")
_INSTALLERS = ("wheel", "pip", "uv", "poetry", "hatch", "pyinstaller", "zest-releaser", "python-semantic-release")
_READERS = ("sphinx", "mkdocs", "furo", "ipython", "jupyter", "notebook")
_TOOLS = frozenset((*_CHECKERS, *_RELEASERS, *_INSTALLERS, *_READERS))
_TOOL_PREFIXES = ("sphinx", "mkdocs", "flake8-", "types-", "pep8", "towncrier", "pytest-xdist", "pytest-randomly", "pytest-cov")
_LARGEST_INCLUDE = 8


@dataclass(frozen=True, slots=True)
class Declared:
    """Requirement lines. ``main`` is needed, ``tests`` is wanted; ``pins`` are exact versions from lock files.

    ``published`` is the metadata of a release that lies in the tree (a source distribution, or installed files).

    ``builds`` is True when the project itself is a package to build; ``build_requires`` and ``backend`` are PEP 517's.
    """

    name: str
    main: tuple[str, ...]
    tests: tuple[str, ...]
    published: tuple[str, ...] = ()
    pins: dict[str, str] = field(default_factory=dict)
    builds: bool = False
    build_requires: tuple[str, ...] = ()
    backend: str = ""
    backend_path: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read(tree: SourceTree) -> Declared:
    """Read all project files of the root. Lines that cannot be installed from an index become notes."""
    pyproject = parse_toml(_text(tree, "pyproject.toml"))
    setup = _text(tree, "setup.py")
    has_system = "build-system" in pyproject or bool(setup) or _has_metadata(_text(tree, "setup.cfg"))
    notes: list[str] = []
    system = table(pyproject, "build-system")
    main = [*_project_dependencies(pyproject), *_included(tree, _MAIN_FILES, notes)]
    if not has_system:
        main += [*_pipfile(tree, "packages"), *_setup_lists(setup, "install_requires")]
    return Declared(
        name=_name(pyproject, tree, setup),
        main=_usable(main, notes),
        tests=_with_undeclared(tree, _usable(_test_lines(tree, pyproject, setup, notes), notes)),
        published=_usable(_published(tree), notes),
        pins=_locked(tree),
        builds=has_system and (bool(setup) or _is_package(pyproject, tree)),
        build_requires=tuple(_strings(system.get("requires"))) or ("setuptools", "wheel"),
        backend=str(system.get("build-backend") or "setuptools.build_meta:__legacy__"),
        backend_path=tuple(_strings(system.get("backend-path"))),
        notes=tuple(dict.fromkeys(notes)),
    )


def _text(tree: SourceTree, path: str) -> str:
    try:
        return tree.text(path)
    except SourceError:
        return ""


def _has_metadata(setup_cfg: str) -> bool:
    return re.search(r"^\[(?:metadata|options)\]", setup_cfg, re.MULTILINE) is not None


def _is_package(pyproject: Table, tree: SourceTree) -> bool:
    """Poetry's ``package-mode = false`` and uv's ``package = false`` say that there is nothing to build."""
    tool = table(pyproject, "tool")
    if table(tool, "poetry").get("package-mode") is False or table(tool, "uv").get("package") is False:
        return False
    return "project" in pyproject or "poetry" in tool or "flit" in tool or _has_metadata(_text(tree, "setup.cfg"))


def _name(pyproject: Table, tree: SourceTree, setup: str) -> str:
    tool = table(pyproject, "tool")
    for owner in (table(pyproject, "project"), table(tool, "poetry"), table(table(tool, "flit"), "metadata")):
        name = owner.get("name") or owner.get("dist-name") or owner.get("module")
        if isinstance(name, str):
            return canonicalize_name(name)
    parser = configparser.RawConfigParser(strict=False)
    with contextlib.suppress(configparser.Error):
        parser.read_string(_text(tree, "setup.cfg"))
    found = parser.get("metadata", "name", fallback="") or next(iter(_setup_strings(setup, "name")), "")
    published = re.search(r"^Name: (\S+)", _text(tree, "PKG-INFO"), re.MULTILINE)
    return canonicalize_name(published[1] if published else found)


def metadata_files(tree: SourceTree) -> tuple[str, ...]:
    """Metadata of a release that lies in the tree."""
    names = ("METADATA", "PKG-INFO", "requires.txt")
    patterns = ("*.dist-info", "*.egg-info", "*/*.egg-info")
    folders = [path.relative_to(tree.root).as_posix() for pattern in patterns for path in sorted(tree.root.glob(pattern))]
    paths = ("PKG-INFO", *(f"{folder}/{name}" for folder in folders for name in names))
    return tuple(path for path in paths if tree.exists(path))


def _published(tree: SourceTree) -> Iterator[str]:
    """``Requires-Dist`` of the metadata, and the first part of setuptools' ``requires.txt``."""
    for path in metadata_files(tree):
        text = _text(tree, path)
        if path.endswith("requires.txt"):
            yield from re.split(r"^\[", text, maxsplit=1, flags=re.MULTILINE)[0].splitlines()
        else:
            yield from re.findall(r"^Requires-Dist: (.+)$", text.partition("\n\n")[0], re.MULTILINE)


def requirement_name(line: str) -> str:
    """The normalised name of a line that ``read`` let through."""
    return canonicalize_name(re.split(r"[^\w.-]", line.strip())[0])


def _project_dependencies(pyproject: Table) -> Iterator[str]:
    yield from _strings(table(pyproject, "project").get("dependencies"))
    yield from _poetry(table(table(table(pyproject, "tool"), "poetry"), "dependencies"))


def _test_lines(tree: SourceTree, pyproject: Table, setup: str, notes: list[str]) -> Iterator[str]:
    tool = table(pyproject, "tool")
    poetry = table(tool, "poetry")
    groups, extras = table(pyproject, "dependency-groups"), table(table(pyproject, "project"), "optional-dependencies")
    for names in (_TEST_NAMES, _DEV_NAMES):
        for name in names:
            yield from _group(groups, name)
            yield from _strings(extras.get(name))
            yield from _poetry(table(table(table(poetry, "group"), name), "dependencies"))
            yield from _strings(table(table(tool, "pdm"), "dev-dependencies").get(name))
    yield from _poetry(table(poetry, "dev-dependencies"))
    yield from _strings(table(tool, "uv").get("dev-dependencies"))
    yield from _setup_lists(setup, "tests_require")
    yield from _setup_extras(setup)
    yield from _setup_cfg_extras(_text(tree, "setup.cfg"))
    yield from _tox(_text(tree, "tox.ini"))
    yield from _pipfile(tree, "dev-packages")
    yield from _included(tree, [path for path in tree.files("") if _TEST_FILE.search(path) and path.count("/") <= 1], notes)


def _group(groups: Table, name: str, depth: int = 0) -> Iterator[str]:
    items = groups.get(name)
    for item in items if isinstance(items, list) and depth < _LARGEST_INCLUDE else ():
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict) and isinstance(item.get("include-group"), str):
            yield from _group(groups, item["include-group"], depth + 1)


def _poetry(dependencies: Table) -> Iterator[str]:
    for name, value in dependencies.items():
        version = value.get("version") if isinstance(value, dict) else value
        optional = isinstance(value, dict) and value.get("optional") is True
        if name.lower() != "python" and isinstance(version, str) and not optional:
            yield f"{name}{_poetry_range(version)}"


def _poetry_range(version: str) -> str:
    """Poetry's ``^1.2`` and ``~1.2`` as ranges; a form that is not known means any version."""
    found = re.match(r"^([\^~])\s*(\d+)(?:\.(\d+))?", version.strip())
    if found:
        major, minor = int(found[2]), int(found[3] or 0)
        bump_major = found[1] == "^" and (major > 0 or found[3] is None)
        upper = f"{major + 1}" if bump_major or found[3] is None else f"{major}.{minor + 1}"
        return f">={version.strip()[1:].strip()},<{upper}"
    if re.match(r"^\d[\w.]*$", version.strip()):
        return f"=={version.strip()}"
    return version.strip() if re.match(r"^[<>=!~][^|]*$", version.strip()) else ""


def _setup_cfg_extras(text: str) -> Iterator[str]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    for name in (*_TEST_NAMES, *_DEV_NAMES):
        yield from parser.get("options.extras_require", name, fallback="").splitlines()
    yield from parser.get("options", "tests_require", fallback="").splitlines()


def _tox(text: str) -> Iterator[str]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    for line in parser.get("testenv", "deps", fallback="").splitlines():
        conditional = re.match(r"^\s*[\w,{}!.-]+:\s", line)
        if not conditional and "{" not in line and not line.strip().startswith(("-", ".")):
            yield line


def _setup_lists(setup: str, keyword: str) -> Iterator[str]:
    for node in _setup_values(setup, keyword):
        if isinstance(node, ast.List | ast.Tuple):
            yield from (item.value for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str))


def _setup_extras(setup: str) -> Iterator[str]:
    for node in _setup_values(setup, "extras_require"):
        for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
            wanted = isinstance(key, ast.Constant) and key.value in (*_TEST_NAMES, *_DEV_NAMES)
            if wanted and isinstance(value, ast.List | ast.Tuple):
                yield from (item.value for item in value.elts if isinstance(item, ast.Constant) and isinstance(item.value, str))


def _setup_strings(setup: str, keyword: str) -> Iterator[str]:
    for node in _setup_values(setup, keyword):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _setup_values(setup: str, keyword: str) -> Iterator[ast.expr]:
    """Literals given for a keyword of any call, through a module-level name where one stands for the literal."""
    try:
        tree = ast.parse(setup)
    except (SyntaxError, ValueError, RecursionError):
        return
    names = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == keyword:
            yield names.get(node.value.id, node.value) if isinstance(node.value, ast.Name) else node.value


def _pipfile(tree: SourceTree, section: str) -> Iterator[str]:
    for name, value in table(parse_toml(_text(tree, "Pipfile")), section).items():
        version = value.get("version", "*") if isinstance(value, dict) else value
        if isinstance(version, str):
            yield name + ("" if version.strip() == "*" else version)


def _included(tree: SourceTree, paths: Iterable[str], notes: list[str], depth: int = 0) -> Iterator[str]:
    """Lines of requirements files, with those that they include, inside the repository only."""
    for path in paths:
        for line in _text(tree, path).replace("\\\n", " ").splitlines():
            stripped = re.sub(r"(?:^|\s)#.*$", "", line).strip()
            include = re.match(r"^(?:-r|--requirement)[\s=]+(\S+)", stripped)
            if include and depth < _LARGEST_INCLUDE:
                yield from _included(tree, [_joined(path, include[1])], notes, depth + 1)
            elif stripped.startswith(("-e", "--editable", "git+", "http", "file:", "./", "../")):
                notes.append(f"{path}: {stripped[:80]!r} was left out; set setup if it is needed.")
            elif stripped and not stripped.startswith("-"):
                yield re.split(r"\s--(?:hash|config-settings|global-option)", stripped)[0]


def _joined(path: str, include: str) -> str:
    parts: list[str] = []
    for part in (*PurePosixPath(path).parent.parts, *PurePosixPath(include).parts):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _usable(lines: Iterable[str], notes: list[str]) -> tuple[str, ...]:
    """Each distinct line that is a requirement by name; one with a url is noted, because it is not from the index."""
    found: dict[str, None] = {}
    for line in lines:
        try:
            requirement = Requirement(line.strip())
        except InvalidRequirement:
            continue
        if requirement.url:
            notes.append(f"{requirement.name} from {requirement.url[:80]} was left out; set setup if it is needed.")
        else:
            found[str(requirement)] = None
    return tuple(found)


def _with_undeclared(tree: SourceTree, lines: tuple[str, ...]) -> tuple[str, ...]:
    wanted = [line for line in lines if not _is_tool(line)]
    known = {requirement_name(line) for line in wanted}
    return (*wanted, *(name for name in undeclared_tools(tree) if name not in known))


def _is_tool(line: str) -> bool:
    name = canonicalize_name(Requirement(line).name)
    return name in _TOOLS or name.startswith(_TOOL_PREFIXES)


def _locked(tree: SourceTree) -> dict[str, str]:
    """Exact versions of uv.lock, poetry.lock, pdm.lock or Pipfile.lock; a name locked to two versions is left open."""
    versions: dict[str, set[str]] = {}
    for path in ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"):
        packages = parse_toml(_text(tree, path)).get("package" if path != "pylock.toml" else "packages")
        for package in packages if isinstance(packages, list) else ():
            _note_version(versions, package)
    try:
        pipfile = json.loads(_text(tree, "Pipfile.lock") or "{}")
    except ValueError:
        pipfile = {}
    for section in ("default", "develop"):
        for name, entry in (table(pipfile, section) if isinstance(pipfile, dict) else {}).items():
            if isinstance(entry, dict):
                _note_version(versions, {"name": name, "version": str(entry.get("version", "")).removeprefix("==")})
    return {name: found.pop() for name, found in versions.items() if len(found) == 1}


def _note_version(versions: dict[str, set[str]], package: object) -> None:
    if not isinstance(package, dict):
        return
    source = package.get("source")
    local = isinstance(source, dict) and {"editable", "virtual", "directory", "git", "path"}.intersection(source)
    name, version = package.get("name"), package.get("version")
    if isinstance(name, str) and isinstance(version, str) and not local and is_version(version):
        versions.setdefault(canonicalize_name(name), set()).add(version)


def is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def _strings(values: object) -> Iterator[str]:
    if isinstance(values, list):
        yield from (value for value in values if isinstance(value, str))
