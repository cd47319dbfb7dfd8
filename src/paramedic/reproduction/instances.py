"""Objects anew: by their constructor where its arguments are known, else without it, else a narrow stand-in."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from paramedic.model.errors import SourceError
from paramedic.reproduction.captured import Constructed, Instance, Items, Kept, Literal, Pairs, Reference, Unknown, Value
from paramedic.reproduction.code import Code, Import, joined
from paramedic.reproduction.names import Names
from paramedic.reproduction.origin import Origins
from paramedic.reproduction.recipes import Recipes
from paramedic.reproduction.scene import Scene
from paramedic.reproduction.uses import empty_by_use

_OPTIONS = 6
_BY_HINT = {
    "str": "'x'", "int": "1", "float": "1.0", "bool": "False", "bytes": "b'x'", "list": "[]", "dict": "{}", "tuple": "()",
    "set": "set()", "List": "[]", "Dict": "{}", "Tuple": "()", "Set": "set()", "Sequence": "[]", "Iterable": "[]",
    "Mapping": "{}",
    "Any": "None", "Optional": "None", "None": "None", "Callable": "(lambda *args, **kwargs: None)",
}  # fmt: skip
_BY_NAME = {
    "name": "'x'",
    "text": "'x'",
    "string": "'x'",
    "title": "'x'",
    "data": "{}",
    "options": "{}",
    "config": "{}",
    "items": "[]",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A value to supply: variable ``name`` of ``scene``, what was captured of it, what its annotation says."""

    name: str
    value: Value | None
    scene: Scene
    annotation: ast.expr | None = None


class Instances:
    """Options for values that recipes cannot give, best first."""

    def __init__(self, scenes: Sequence[Scene], names: Names, recipes: Recipes, origins: Origins) -> None:
        self._scenes = scenes
        self._names = names
        self._recipes = recipes
        self._origins = origins
        self._used_in_tests: dict[str, list[Code]] = {}

    def options(self, wanted: Wanted) -> list[Code]:
        """Ways to supply the value, without repetition, at most a handful."""
        found: dict[str, Code] = {}
        for code in self._options(wanted):
            found.setdefault(code.text, code)
            if len(found) >= _OPTIONS:
                break
        return list(found.values())

    def _options(self, wanted: Wanted) -> Iterator[Code]:
        value = wanted.value
        exact = self._recipes.express(value, wanted.scene.path) if value is not None else None
        if exact is not None and not exact.invented:
            yield exact
            yield from self._other_kinds(value, wanted.scene)
            if not isinstance(value, Kept):
                return
        traced = self._origins.of_name(wanted.name, wanted.scene)
        if traced is not None:
            yield traced
        if exact is not None:
            yield exact
        if isinstance(value, Constructed | Instance | Kept):
            yield from self.of_class(value.name, wanted.scene)
        if isinstance(value, Items | Pairs):
            partial = self._partial(value, wanted.scene)
            if partial:
                yield partial
        yield from self._by_annotation(wanted)
        if value is None or isinstance(value, Unknown | Instance | Reference | Constructed | Kept):
            yield stand_in(wanted.name)

    def passed(self, name: str, scene: Scene) -> Code | None:
        """What the calling frame passed for a parameter, by its own expression."""
        return self._origins.of_parameter(name, scene)

    def _other_kinds(self, value: Value | None, scene: Scene) -> Iterator[Code]:
        if isinstance(value, Items) and not value.certain and value.items:
            for kind in ("tuple", "set"):
                code = self._recipes.express(replace(value, kind=kind), scene.path)
                if code:
                    yield code
        if isinstance(value, Pairs) and any(
            isinstance(key.value, str) and key.value.lstrip("-").isdigit() for key, _ in value.items if isinstance(key, Literal)
        ):
            numbers = tuple((_number_key(key), item) for key, item in value.items)
            code = self._recipes.express(replace(value, items=numbers), scene.path)
            if code:
                yield code

    def _partial(self, value: Items | Pairs, scene: Scene) -> Code | None:
        """A container with the items that cannot be told replaced by their best option."""
        items = [item for _, item in value.items] if isinstance(value, Pairs) else list(value.items)
        parts = [next(iter(self.options(Wanted("item", item, scene))), None) for item in items]
        known = [part for part in parts if part is not None]
        if len(known) < len(items):
            return None
        if isinstance(value, Pairs):
            keys = [self._recipes.express(key, scene.path) or Code("None") for key, _ in value.items]
            inside = ", ".join(f"{key.text}: {part.text}" for key, part in zip(keys, known, strict=True))
            return replace(joined(known, f"{{{inside}}}"), invented=True)
        return replace(joined(known, f"[{', '.join(part.text for part in known)}]"), invented=True)

    def _by_annotation(self, wanted: Wanted) -> Iterator[Code]:
        hint = _hint_name(wanted.annotation)
        if hint is None:
            return
        if hint in _BY_HINT:
            yield Code(_BY_HINT[hint], invented=True)
        elif hint[:1].isupper() or "." in hint:
            yield from self.of_class(hint, wanted.scene)

    def of_class(self, name: str, scene: Scene) -> Iterator[Code]:
        """An instance of the class called ``name``, dotted or as seen from the scene."""
        simple = name.rsplit(".", 1)[-1]
        known = self._names.dotted(name) if "." in name else None
        for candidate in (simple, simple[:1].upper() + simple[1:]):
            near = known or self._names.near(candidate, scene.path)
            if near is not None and self._may_be_class(near):
                yield from self.of(near)
                return

    def _may_be_class(self, kind: Code) -> bool:
        """Whether an expression names a class, as far as the repository can tell."""
        for item in kind.imports:
            if item.name and item.bound == kind.text and self._names.own(item.module.split(".")[0]):
                found = self._names.definition(item)
                return (found is None and kind.text[:1].isupper()) or (found is not None and isinstance(found[1], ast.ClassDef))
        return True

    def of(self, kind: Code) -> Iterator[Code]:
        """An instance of the class that the expression ``kind`` names: constructed, as tests construct it, or bare."""
        node = self._class_of(kind)
        if node is not None:
            yield from self._constructed(kind, *node)
        else:
            yield replace(kind.inside(f"{kind.text}()"), invented=True)
        yield from self._as_tests_do(kind)
        yield bare(kind)

    def _class_of(self, kind: Code) -> tuple[str, ast.ClassDef] | None:
        for item in kind.imports:
            if item.bound == kind.text and item.name:
                found = self._names.definition(item)
                if found and isinstance(found[1], ast.ClassDef):
                    return found[0], found[1]
        return None

    def initialiser(self, path: str, node: ast.ClassDef, depth: int = 0) -> tuple[str, ast.arguments] | None:
        """The parameters of the constructor, searched through the bases in the repository; None when it cannot be told."""
        for item in node.body:
            if isinstance(item, ast.FunctionDef) and item.name == "__init__":
                return path, item.args
        for base in node.bases if depth < 6 else ():
            found = self._base(path, base)
            inherited = self.initialiser(*found, depth + 1) if found else None
            if inherited:
                return inherited
        return None

    def _base(self, path: str, base: ast.expr) -> tuple[str, ast.ClassDef] | None:
        if not isinstance(base, ast.Name):
            return None
        found = self._names.definition(Import(self._names.tree.module_name(path), base.id))
        return (found[0], found[1]) if found and isinstance(found[1], ast.ClassDef) else None

    def _constructed(self, kind: Code, path: str, node: ast.ClassDef) -> Iterator[Code]:
        found = self.initialiser(path, node)
        if found is None:
            yield replace(kind.inside(f"{kind.text}()"), invented=True)
            return
        parameters = found[1]
        positional = [*parameters.posonlyargs, *parameters.args][1:]
        required = positional[: len(positional) - len(parameters.defaults)] if parameters.defaults else positional
        required += [item for item, default in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True) if default is None]
        parts = [(item.arg, self._argument(item, node)) for item in required]
        inside = ", ".join(f"{name}={code.text}" for name, code in parts)
        yield replace(joined([kind, *(code for _, code in parts)], f"{kind.text}({inside})"), invented=True)

    def _argument(self, parameter: ast.arg, owner: ast.ClassDef) -> Code:
        """A constructor's argument: what a frame calls by that name, else by its annotation, its name or its use, else None."""
        for scene in reversed(self._scenes):
            value = scene.values.get(parameter.arg)
            code = self._recipes.express(value, scene.path) if value is not None else None
            if code is not None:
                return code
        hinted = _BY_HINT.get(_hint_name(parameter.annotation) or "", _BY_NAME.get(parameter.arg))
        return Code(hinted or empty_by_use(owner, parameter.arg) or "None", invented=True)

    def _as_tests_do(self, kind: Code) -> list[Code]:
        """Constructions in the project's own tests whose arguments are plain."""
        name = kind.text
        if name not in self._used_in_tests:
            self._used_in_tests[name] = [replace(kind.inside(text), invented=True) for text in self._constructions(name)][:3]
        return self._used_in_tests[name]

    def _constructions(self, name: str) -> list[str]:
        pattern, found = re.compile(rf"\b{re.escape(name)}\("), set()
        for path in self._names.tree.test_files():
            try:
                text = self._names.tree.text(path)
                if not pattern.search(text):
                    continue
                tree = self._names.tree.module(path).tree
            except SourceError:
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and _simple_name(node.func) == name and _plain_arguments(node):
                    plain = ast.Call(ast.Name(name, ast.Load()), node.args, node.keywords)
                    found.add(ast.unparse(plain))
        return sorted((text for text in found if len(text) < 300), key=lambda text: (len(text), text))


def _simple_name(node: ast.expr) -> str | None:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None


def _plain_arguments(node: ast.Call) -> bool:
    allowed = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp, ast.keyword, ast.expr_context, ast.unaryop)
    return all(isinstance(part, allowed) for argument in (*node.args, *node.keywords) for part in ast.walk(argument))


def _hint_name(annotation: ast.expr | None) -> str | None:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return None
    if isinstance(annotation, ast.BinOp):
        annotation = annotation.left
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    if isinstance(annotation, ast.Constant) and annotation.value is None:
        return "None"
    return _simple_name(annotation) if annotation is not None else None


def _number_key(key: Value) -> Value:
    if isinstance(key, Literal) and isinstance(key.value, str) and re.fullmatch(r"-?\d{1,18}", key.value):
        return Literal(int(key.value))
    return key


def bare(kind: Code) -> Code:
    """An object of the class without its constructor; attributes are set when the path asks for them."""
    variable = _variable(kind.text.rsplit(".", 1)[-1])
    return Code(variable, kind.imports, (*kind.setup, f"{variable} = {kind.text}.__new__({kind.text})"), invented=True)


def stand_in(name: str) -> Code:
    """An object of no class of its own; attributes are added when the path asks for them."""
    variable = _variable(name)
    return Code(variable, frozenset((Import("types"),)), (f"{variable} = types.SimpleNamespace()",), invented=True)


def _variable(name: str) -> str:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_")
    return snake if snake.isidentifier() and not keyword.iskeyword(snake) else "value"
