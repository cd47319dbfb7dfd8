"""What to change in an attempt that ended otherwise: the ending says what it lacked."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from paramedic.model.errors import SourceError
from paramedic.reproduction.captured import dotted
from paramedic.reproduction.code import Attempt, Code, Import
from paramedic.reproduction.frameworks import preamble_for
from paramedic.reproduction.names import Names
from paramedic.reproduction.recipes import Recipes
from paramedic.reproduction.scene import Scene
from paramedic.reproduction.stubs import Stubs
from paramedic.reproduction.trial import Ending

_BARE = re.compile(r"^(\w+) = ([\w.]+)\.__new__\(\2\)$|^(\w+) = types\.SimpleNamespace\(\)$")
_MOCK = frozenset((Import("unittest", "mock"),))
_MISSING_ARGUMENTS = re.compile(r"(?:(\w+)\.)?(\w+)\(\) missing \d+ required (?:positional|keyword-only) arguments?: (.*)")
_STAND_IN_USED = re.compile(r"SimpleNamespace'? object is not (callable|iterable|subscriptable)|SimpleNamespace' has no len")
_INSTEAD = {"callable": "lambda *args, **kwargs: None", "iterable": "[]", "subscriptable": "{}", None: "[]"}


class Refiner:
    """Better attempts from failed ones. Each refinement makes the attempt a little worse in rank."""

    def __init__(self, scenes: Sequence[Scene], names: Names, recipes: Recipes) -> None:
        self._scenes = scenes
        self._names = names
        self._recipes = recipes
        self._stubs = Stubs(scenes, names)
        self._rules: tuple[Callable[[Attempt, Ending], Iterator[Attempt]], ...] = (
            self._missing_name,
            self._missing_attribute,
            self._missing_argument,
            self._used_stand_in,
            self._framework,
        )

    def refined(self, attempt: Attempt, ending: Ending) -> Iterator[Attempt]:
        """Attempts that give what the ending missed; nothing when it says nothing of use."""
        for rule in self._rules:
            for better in rule(attempt, ending):
                yield replace(better, rank=better.rank + 0.5)

    def _framework(self, attempt: Attempt, ending: Ending) -> Iterator[Attempt]:
        preamble = preamble_for(ending.type or "", ending.message, self._names.tree)
        if preamble is not None and attempt.preamble is None:
            yield replace(attempt, preamble=preamble)

    def _missing_name(self, attempt: Attempt, ending: Ending) -> Iterator[Attempt]:
        match = re.fullmatch(r"name '(\w+)' is not defined", ending.message)
        if ending.type != "NameError" or match is None:
            return
        known = self._names.habit(match[1])
        if known is not None and not known.imports <= attempt.imports:
            yield replace(attempt, imports=attempt.imports | known.imports)
        defined = any(line.startswith("class ") for line in attempt.statements)
        for definition, imports in self._stubs.of(match[1], with_body=not defined):
            yield replace(attempt, statements=(definition, *attempt.statements), imports=attempt.imports | imports, invented=True)

    def _missing_attribute(self, attempt: Attempt, ending: Ending) -> Iterator[Attempt]:
        name = ending.attribute
        if ending.type != "AttributeError" or not name or not ending.owner or not name.isidentifier():
            return
        simple = ending.owner.rsplit(".", 1)[-1]
        for index, line in enumerate(attempt.statements):
            match = _BARE.match(line)
            if match is None or (match[2] or "types.SimpleNamespace").rsplit(".", 1)[-1] != simple:
                continue
            variable = match[1] or match[3]
            if any(other.startswith(f"{variable}.{name} =") for other in attempt.statements):
                continue
            for code in self._attribute_values(name, ending.owner):
                lines = (
                    *attempt.statements[: index + 1],
                    *code.setup,
                    f"{variable}.{name} = {code.text}",
                    *attempt.statements[index + 1 :],
                )
                yield replace(attempt, statements=lines, imports=attempt.imports | code.imports, invented=True)

    def _attribute_values(self, name: str, owner: str) -> list[Code]:
        """What attribute ``name`` may have held: as captured, as the class sets it, else a stand-in and nothing."""
        found = [*self._captured(name), *self._initial(name, owner)]
        found += [
            Code(
                name.strip("_") or "value",
                frozenset((Import("types"),)),
                (f"{name.strip('_') or 'value'} = types.SimpleNamespace()",),
            )
        ]
        found.append(Code("None"))
        if "SimpleNamespace" not in owner:
            found.insert(len(found) - 2, Code("mock.MagicMock()", _MOCK))
        unique = {code.text: code for code in reversed(found)}
        return list(reversed(unique.values()))[:3]

    def _captured(self, name: str) -> Iterator[Code]:
        """A variable that was read from the attribute, or that is called as it is."""
        for scene in reversed(self._scenes):
            for variable, value in scene.values.items():
                if variable.strip("_") == name.strip("_") or self._read_from(scene, variable, name):
                    code = self._recipes.express(value, scene.path)
                    if code is not None:
                        yield code

    @staticmethod
    def _read_from(scene: Scene, variable: str, attribute: str) -> bool:
        assigned = (node for root in scene.body for node in ast.walk(root) if isinstance(node, ast.Assign))
        read = (node for node in assigned if isinstance(node.value, ast.Attribute) and node.value.attr == attribute)
        return any(isinstance(target, ast.Name) and target.id == variable for node in read for target in node.targets)

    def _initial(self, name: str, owner: str) -> Iterator[Code]:
        """What the constructor assigns, when that is plain."""
        node = self._class(owner)
        for item in ast.walk(node) if node is not None else ():
            if isinstance(item, ast.Assign | ast.AnnAssign) and item.value is not None and _assigns(item, name):
                text = _plain(item.value)
                if text is not None:
                    yield Code(text)

    def _class(self, owner: str) -> ast.ClassDef | None:
        module, _, name = owner.rpartition(".")
        path = self._names.tree.find_module(module)
        if path is None:
            return None
        try:
            node = self._names.tree.module(path).definition(name)
        except SourceError:
            return None
        return node if isinstance(node, ast.ClassDef) else None

    def _missing_argument(self, attempt: Attempt, ending: Ending) -> Iterator[Attempt]:
        match = _MISSING_ARGUMENTS.search(ending.message)
        if ending.type != "TypeError" or match is None:
            return
        callee = match[1] if match[2] in {"__init__", "__new__"} and match[1] else match[2]
        words = re.findall(r"'(\w+)'", match[3])
        filler = _Fill(callee, {word: self._argument(word) for word in words})
        lines = [ast.unparse(ast.fix_missing_locations(filler.visit(ast.parse(line)))) for line in attempt.statements]
        if filler.done:
            yield replace(attempt, statements=tuple(lines), invented=True)

    def _argument(self, word: str) -> str:
        for code in self._captured(word):
            if not code.imports and not code.setup:
                return code.text
        return "None"

    def _used_stand_in(self, attempt: Attempt, ending: Ending) -> Iterator[Attempt]:
        match = _STAND_IN_USED.search(ending.message)
        if ending.type != "TypeError" or match is None:
            return
        instead = _INSTEAD[match[1]]
        for index, line in enumerate(attempt.statements):
            if line.endswith("= types.SimpleNamespace()"):
                variable = line.split(" = ")[0]
                changed = f"{variable} = {instead}"
                yield replace(attempt, statements=(*attempt.statements[:index], changed, *attempt.statements[index + 1 :]))


def _assigns(node: ast.Assign | ast.AnnAssign, name: str) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(
        (isinstance(target, ast.Attribute) and target.attr == name and dotted(target.value) == "self") for target in targets
    )


def _plain(node: ast.expr) -> str | None:
    empty_calls = {"dict", "list", "set", "tuple", "str", "int"}
    if isinstance(node, ast.Call):
        return ast.unparse(node) if dotted(node.func) in empty_calls and not node.args and not node.keywords else None
    allowed = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp, ast.expr_context, ast.unaryop)
    return ast.unparse(node) if all(isinstance(part, allowed) for part in ast.walk(node)) else None


class _Fill(ast.NodeTransformer):
    """Adds keyword arguments to the calls of one callee."""

    def __init__(self, callee: str, words: dict[str, str]) -> None:
        self._callee = callee
        self._words = words
        self.done = False

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = dotted(node.func) or ""
        if name.rsplit(".", 1)[-1] == self._callee and not {item.arg for item in node.keywords} & set(self._words):
            node.keywords += [ast.keyword(word, ast.parse(text, mode="eval").body) for word, text in self._words.items()]
            self.done = True
        return node
