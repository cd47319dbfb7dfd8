"""The gate that every program passes before it is run or written: what an event says never becomes a dangerous call.

A program may name the repository, its dependencies, harmless parts of the standard library and harmless builtins. The
sandbox contains what the repository itself does with that; this gate is for the test that people will commit.
"""

from __future__ import annotations

import ast
import builtins
import keyword
from collections.abc import Container


def words(*lines: str) -> frozenset[str]:
    """A set of words from their list."""
    return frozenset(" ".join(lines).split())


_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_")) - words(
    "breakpoint compile copyright credits delattr eval exec exit globals help input license locals memoryview quit vars"
)
_STANDARD = words(
    "abc array asyncio base64 bisect calendar codecs collections contextlib copy csv dataclasses datetime decimal difflib email",
    "enum fractions functools hashlib heapq html http inspect io ipaddress itertools json locale logging math numbers operator",
    "pathlib pprint queue random re secrets sqlite3 statistics string struct tempfile textwrap threading time tokenize",
    "traceback types typing unicodedata unittest urllib uuid warnings weakref xml zipfile zlib zoneinfo gzip bz2 lzma ast",
    "argparse configparser tarfile stat keyword",
)
_REFUSED = words(
    "os sys subprocess shutil socket builtins importlib ctypes pickle marshal system popen Popen eval exec spawn fork kill",
    "unlink environb putenv rmtree rmdir remove_dir chmod chown rename_to urlopen urlretrieve globals run_path runpy pty",
    "runsource runcode InteractiveInterpreter InteractiveConsole",
)
_INNARDS = words(
    "__class__ __subclasses__ __globals__ __builtins__ __import__ __loader__ __code__ __bases__ __base__ __mro__ __dict__",
    "__getattribute__ __reduce__ __reduce_ex__ __closure__ __func__ __self__ __module__ __spec__ __wrapped__ mro",
)
_TOUCHING = words(
    "open read_text read_bytes write_text write_bytes touch mkdir makedirs symlink_to hardlink_to FileIO FileHandler connect",
    "TarFile ZipFile GzipFile BZ2File LZMAFile",
)
_PARTLY = {
    "os": words("path sep linesep fspath environ"),
    "sys": words("argv maxsize stderr stdin stdout getrecursionlimit setrecursionlimit version_info byteorder float_info"),
}
"""Modules of which only this may be used."""


def standard_module(name: str) -> bool:
    """Whether a module of the standard library is harmless enough to be imported by a generated test."""
    return name.split(".", maxsplit=1)[0] in _STANDARD


def objection(text: str, allowed_roots: Container[str]) -> str | None:
    """Why ``text`` may not be a test, None when it may. ``allowed_roots`` are the importable packages of the project."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "does not parse"
    for node in ast.walk(tree):
        reason = _about(node, allowed_roots)
        if reason:
            return reason
    return _about_files(tree)


def _about(node: ast.AST, allowed: Container[str]) -> str | None:
    if isinstance(node, ast.Import):
        return next((f"imports {alias.name}" for alias in node.names if not _importable(alias.name, allowed)), None)
    if isinstance(node, ast.ImportFrom):
        return _about_from(node, allowed)
    if isinstance(node, ast.Attribute):
        return _about_attribute(node)
    if isinstance(node, ast.Name):
        return _about_name(node.id)
    return None


def _importable(name: str, allowed: Container[str]) -> bool:
    root = name.split(".", maxsplit=1)[0]
    return root in allowed or standard_module(root) or name in {*_PARTLY, "os.path"}


def _about_from(node: ast.ImportFrom, allowed: Container[str]) -> str | None:
    if node.level or not node.module or not _importable(node.module, allowed):
        return f"imports {node.module}"
    return next((f"imports {alias.name}" for alias in node.names if alias.name in _REFUSED), None)


def _about_attribute(node: ast.Attribute) -> str | None:
    if isinstance(node.value, ast.Attribute) and ast.unparse(node) == "os.environ.setdefault":
        return None
    if isinstance(node.value, ast.Name) and node.value.id in _PARTLY:
        return None if node.attr in _PARTLY[node.value.id] else f"uses {node.value.id}.{node.attr}"
    # Giving an object of our own an attribute of such a name (a device's `os`) calls nothing.
    refused = node.attr in _REFUSED and isinstance(node.ctx, ast.Load)
    return f"uses {node.attr}" if refused or node.attr in _INNARDS else None


def _about_name(name: str) -> str | None:
    if name in {"__import__", "__builtins__", "__loader__"}:
        return f"uses {name}"
    return f"uses {name}" if hasattr(builtins, name) and name not in _BUILTINS and not keyword.iskeyword(name) else None


def _about_files(tree: ast.Module) -> str | None:
    """Files are touched only below a temporary folder that the program makes for itself."""
    touched = [subject for node in ast.walk(tree) if isinstance(node, ast.Call) and (subject := _touched(node)) is not None]
    if not touched:
        return None
    own = _below_temporary(tree)
    if any(not own & {part.id for part in ast.walk(subject) if isinstance(part, ast.Name)} for subject in touched):
        return "touches a file that is not its own"
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return "leaves its own folder" if any(text.startswith(("/", "~", "\\")) or ".." in text for text in texts) else None


def _touched(node: ast.Call) -> ast.expr | None:
    """The path that a call reads or writes; None for a call that touches no file of its own accord."""
    if isinstance(node.func, ast.Name):
        return node.args[0] if node.func.id == "open" and node.args else None
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in _TOUCHING:
        return None
    holder = node.func.value
    library = isinstance(holder, ast.Name) and holder.id in _STANDARD
    return (node.args[0] if node.args else holder) if library else holder if node.func.attr != "open" else None


def _below_temporary(tree: ast.Module) -> set[str]:
    """Names of temporary folders, and of what is computed from them."""
    own: set[str] = set()
    for _ in range(4):
        for node in ast.walk(tree):
            if isinstance(node, ast.withitem):
                value, targets = node.context_expr, [node.optional_vars] if node.optional_vars else []
            elif isinstance(node, ast.Assign):
                value, targets = node.value, node.targets
            else:
                continue
            if ast.unparse(value).startswith("tempfile.") or own & {
                item.id for item in ast.walk(value) if isinstance(item, ast.Name)
            }:
                own |= {target.id for target in targets if isinstance(target, ast.Name)}
    return own


def builtin(name: str) -> bool:
    """Whether ``name`` is a builtin that a generated test may use."""
    return name in _BUILTINS
