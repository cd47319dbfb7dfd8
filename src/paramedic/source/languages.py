"""Where names are defined and used in languages other than Python: by their syntax trees, never by running anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import PurePosixPath

from tree_sitter import Language, Node, Parser

from paramedic.model.errors import SourceError
from paramedic.source.tree import SourceTree

_GRAMMARS = {
    ".js": ("tree_sitter_javascript", "language"),
    ".jsx": ("tree_sitter_javascript", "language"),
    ".mjs": ("tree_sitter_javascript", "language"),
    ".cjs": ("tree_sitter_javascript", "language"),
    ".ts": ("tree_sitter_typescript", "language_typescript"),
    ".mts": ("tree_sitter_typescript", "language_typescript"),
    ".tsx": ("tree_sitter_typescript", "language_tsx"),
    ".java": ("tree_sitter_java", "language"),
    ".kt": ("tree_sitter_kotlin", "language"),
    ".kts": ("tree_sitter_kotlin", "language"),
    ".swift": ("tree_sitter_swift", "language"),
    ".go": ("tree_sitter_go", "language"),
    ".rb": ("tree_sitter_ruby", "language"),
    ".php": ("tree_sitter_php", "language_php"),
    ".cs": ("tree_sitter_c_sharp", "language"),
}
_DEFINES = re.compile(
    r"(?:declaration|definition|declarator|_spec|_item)$|^(?:method|singleton_method|class|module|function_expression|method_elem)$"
)
_MOST_FILES = 400
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where a name stands. ``line`` is the line's text, without the space around it."""

    path: str
    number: int
    line: str
    defines: bool


def mentions(tree: SourceTree, name: str) -> Iterator[Mention]:
    """Every place of ``name`` as an identifier, in files whose language is known. Comments and texts do not count."""
    pattern = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
    read = 0
    for path in tree.files(""):
        suffix = PurePosixPath(path).suffix
        text = _text(tree, path) if suffix in _GRAMMARS else ""
        if not pattern.search(text):
            continue
        read += 1
        if read > _MOST_FILES:
            return
        yield from _in_file(path, text, suffix, name)


def _in_file(path: str, text: str, suffix: str, name: str) -> Iterator[Mention]:
    source = text.encode("utf-8", "replace")
    lines = source.split(b"\n")
    for node in _leaves(Parser(_language(suffix)).parse(source).root_node):
        if node.text == name.encode() and _is_name(node):
            row = node.start_point[0]
            yield Mention(path, row + 1, lines[row].decode("utf-8", "replace").strip(), _defines(node))


def _is_name(node: Node) -> bool:
    return node.type in ("name", "constant", "word") or node.type.endswith("identifier")


def _defines(node: Node) -> bool:
    """Whether the node is what a declaration around it calls itself."""
    around = node.parent
    while around is not None and around.parent is not None and _is_name_of(around, node) and not _DEFINES.search(around.type):
        around = around.parent
    return around is not None and bool(_DEFINES.search(around.type)) and _is_name_of(around, node)


def _is_name_of(around: Node, node: Node) -> bool:
    # Fields of classes in JavaScript have a property where all others have a name.
    named = around.child_by_field_name("name") or around.child_by_field_name("property")
    return named is not None and (named.start_byte, named.end_byte) == (node.start_byte, node.end_byte)


def _leaves(root: Node) -> Iterator[Node]:
    """By a stack of our own: generated code nests deeper than Python recurses."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.child_count:
            waiting.extend(reversed(node.children))
        else:
            yield node


def _text(tree: SourceTree, path: str) -> str:
    try:
        text = tree.text(path)
    except SourceError:
        return ""
    return text if len(text) <= _LARGEST else ""


@lru_cache(maxsize=len(_GRAMMARS))
def _language(suffix: str) -> Language:
    module, function = _GRAMMARS[suffix]
    return Language(getattr(import_module(module), function)())
