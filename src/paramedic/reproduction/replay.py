"""Programs that call a frame's own function again, with its arguments rebuilt from its variables."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, islice

from paramedic.reproduction.captured import Items, Literal, Pairs, Value
from paramedic.reproduction.code import Attempt, Code, Import, joined
from paramedic.reproduction.instances import Instances, Wanted
from paramedic.reproduction.names import Names
from paramedic.reproduction.origin import assignment_before
from paramedic.reproduction.recipes import Recipes
from paramedic.reproduction.scene import Scene
from paramedic.source.module import Function

_COMBINATIONS = 14


@dataclass(frozen=True, slots=True)
class _Argument:
    """One argument of the call to be; ``prefix`` is "" for a positional one, ``name=``, ``*`` or ``**``."""

    prefix: str
    options: tuple[Code, ...]


class Replays:
    """Attempts at one scene's function."""

    def __init__(self, names: Names, recipes: Recipes, instances: Instances) -> None:
        self._names = names
        self._recipes = recipes
        self._instances = instances

    def attempts(self, scene: Scene, rank: float) -> Iterator[Attempt]:
        """Calls of the function, the most faithful first; nothing for functions that cannot be named from outside."""
        if scene.function is None:
            yield from self._import(scene, rank)
        elif scene.path is not None and "<locals>" not in scene.qualname:
            made = list(self._calls(scene, rank))
            yield from made
            for attempt in made[:2]:
                yield from self._mocked(attempt, scene)

    def _import(self, scene: Scene, rank: float) -> Iterator[Attempt]:
        if scene.path is not None and scene.frame.function in {"<module>", None}:
            module = self._names.tree.module_name(scene.path)
            yield Attempt((f"import {module}",), frozenset(), scene.location, rank, f"the import of {module}", subject=module)

    def _calls(self, scene: Scene, rank: float) -> Iterator[Attempt]:
        if scene.function is None or scene.path is None:
            return
        arguments, receivers = self._arguments(scene), self._receivers(scene, scene.function, scene.path)
        sizes = [len(receivers), *(len(argument.options) for argument in arguments)]
        for number, picks in enumerate(islice(_nearest_first(sizes), _COMBINATIONS)):
            chosen = [argument.options[pick] for argument, pick in zip(arguments, picks[1:], strict=True)]
            given = [(f"{argument.prefix}{code.text}", code) for argument, code in zip(arguments, chosen, strict=True)]
            yield self._attempt(scene, receivers[picks[0]], given, rank + sum(picks) + number / 100)

    def _mocked(self, attempt: Attempt, scene: Scene) -> Iterator[Attempt]:
        """The same with what is not known, then with the receiver too, answering to anything: the last resort."""
        imports = attempt.imports | {Import("unittest", "mock")}
        lines = tuple(line.replace("= types.SimpleNamespace()", "= mock.MagicMock()") for line in attempt.statements)
        if lines != attempt.statements:
            yield replace(attempt, statements=lines, imports=imports, rank=attempt.rank + 5, invented=True)
        owner = scene.qualname.rpartition(".")[0]
        call = ast.parse(lines[-1]).body[0]
        found = _call_on(call, scene.name, owner)
        if owner and found is not None and scene.path is not None:
            home = Import(self._names.tree.module_name(scene.path), owner.split(".")[0])
            yield replace(
                attempt, statements=(*lines[:-1], found), imports=imports | {home}, rank=attempt.rank + 8, invented=True
            )

    def _attempt(self, scene: Scene, receiver: tuple[Code, str], given: list[tuple[str, Code]], rank: float) -> Attempt:
        callee, kind = receiver
        text = callee.text if kind == "property" else f"{callee.text}({', '.join(text for text, _ in given)})"
        whole = joined(
            [callee, *(code for _, code in given)], _driven(text, scene.function), imports=_driver_imports(scene.function)
        )
        return Attempt(
            (*whole.setup, whole.text), whole.imports, scene.location, rank + 4 * whole.invented,
            f"{scene.qualname} called with its captured arguments", invented=whole.invented, subject=scene.qualname,
        )  # fmt: skip

    def _receivers(self, scene: Scene, function: Function, path: str) -> list[tuple[Code, str]]:
        module = self._names.tree.module_name(path)
        root = scene.qualname.split(".")[0]
        direct = Code(scene.qualname, frozenset((Import(module, root),)))
        if scene.owner is None or _decorated(function, "staticmethod"):
            return [(direct, "call")]
        kind = "property" if any(_decorated(function, name) for name in ("property", "cached_property", "setter")) else "call"
        if _decorated(function, "classmethod"):
            return [(code, kind) for code in self._class_receivers(scene, direct)]
        if function.name in {"__new__", "__init__"}:
            return [(replace(direct, text=scene.qualname.rsplit(".", 1)[0]), "call")]
        method = "" if function.name == "__call__" else f".{_mangled(function.name, scene.owner.name)}"
        return [(code.inside(f"{code.text}{method}"), kind) for code in self._objects(scene, direct)]

    def _class_receivers(self, scene: Scene, direct: Code) -> Iterator[Code]:
        value = scene.values.get("cls")
        known = self._recipes.express(value, scene.path) if value is not None else None
        if known is not None and scene.function is not None:
            yield known.inside(f"{known.text}.{scene.function.name}")
        yield direct

    def _objects(self, scene: Scene, direct: Code) -> list[Code]:
        receiver = scene.parameters.args[0].arg if scene.parameters and scene.parameters.args else "self"
        value = scene.values.get(receiver)
        owner = replace(direct, text=scene.qualname.rsplit(".", 1)[0])
        found: dict[str, Code] = {}
        for code in self._of_subclass(value, owner, scene):
            found.setdefault(code.text, code)
        if not isinstance(value, Items | Pairs | Literal):
            for code in self._instances.options(Wanted(receiver, value, scene)):
                if not any("SimpleNamespace" in line for line in code.setup):
                    found.setdefault(code.text, code)
        for code in self._instances.of(owner):
            found.setdefault(code.text, code)
        return list(found.values())

    def _of_subclass(self, value: Value | None, owner: Code, scene: Scene) -> Iterator[Code]:
        """A receiver that was captured as a plain value is of a class derived from that: a dict, a list, a str."""
        if not isinstance(value, Items | Pairs | Literal):
            return
        traced = self._instances.passed(
            (scene.parameters.args[0].arg if scene.parameters and scene.parameters.args else "self"), scene
        )
        if traced is not None:
            yield traced
        inside = self._recipes.express(value, scene.path)
        if inside is not None:
            yield joined([owner, inside], f"{owner.text}({inside.text})")

    def _arguments(self, scene: Scene) -> list[_Argument]:
        given = scene.parameters
        if given is None:
            return []
        positional = [*given.posonlyargs, *given.args]
        if scene.owner is not None and scene.function is not None and not _decorated(scene.function, "staticmethod"):
            positional = positional[1:]
        found = [
            _Argument("" if index < 2 or given.vararg else f"{item.arg}=", self._supply(scene, item))
            for index, item in enumerate(positional)
        ]
        if given.vararg:
            found += [_Argument("", (code,)) for code in self._rest(scene, given.vararg.arg)]
        found += [_Argument(f"{item.arg}=", self._supply(scene, item)) for item in given.kwonlyargs]
        if given.kwarg:
            found += self._keywords(scene, given.kwarg.arg)
        return found

    def _supply(self, scene: Scene, parameter: ast.arg) -> tuple[Code, ...]:
        value: Value | None = scene.values.get(parameter.arg)
        options = self._instances.options(Wanted(parameter.arg, value, scene, parameter.annotation))
        if assignment_before(scene, parameter.arg) is not None:
            # The parameter was assigned anew, so what was captured is not what was passed.
            passed = self._instances.passed(parameter.arg, scene)
            options = [*([passed] if passed else []), *options]
        return tuple(options) or (Code("None", invented=True),)

    def _rest(self, scene: Scene, name: str) -> list[Code]:
        value = scene.values.get(name)
        items = value.items if isinstance(value, Items) else ()
        options = [self._instances.options(Wanted(name, item, scene)) for item in items]
        return [option[0] for option in options if option]

    def _keywords(self, scene: Scene, name: str) -> list[_Argument]:
        value = scene.values.get(name)
        found = []
        for key, item in value.items if isinstance(value, Pairs) else ():
            word = getattr(key, "value", None)
            if isinstance(word, str) and word.isidentifier():
                options = self._instances.options(Wanted(word, item, scene))
                found += [_Argument(f"{word}=", tuple(options))] if options else []
        return found


def _nearest_first(sizes: list[int]) -> Iterator[tuple[int, ...]]:
    """Which option to take of each: the first of all, then one other, then two others."""
    if not all(sizes):
        return
    first = [0] * len(sizes)
    yield tuple(first)
    others = sorted(
        ((index, pick) for index, size in enumerate(sizes) for pick in range(1, min(size, 5))), key=lambda item: item[1]
    )
    for index, pick in others:
        yield tuple(pick if position == index else 0 for position in range(len(sizes)))
    for (one, pick), (other, second) in combinations(others, 2):
        if one != other:
            yield tuple(pick if at == one else second if at == other else 0 for at in range(len(sizes)))


def _call_on(statement: ast.stmt, method: str, owner: str) -> str | None:
    """``receiver.method(…)`` as ``Owner.method(mock.MagicMock(), …)``; None where the statement has no such call."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.endswith(method):
            if ast.unparse(node.func.value) == owner:
                return None
            node.func.value = ast.parse(owner, mode="eval").body
            node.args.insert(0, ast.parse("mock.MagicMock()", mode="eval").body)
            return ast.unparse(ast.fix_missing_locations(statement))
    return None


def _mangled(name: str, owner: str) -> str:
    private = name.startswith("__") and not name.endswith("__")
    return f"_{owner.lstrip('_')}{name}" if private else name


def _decorated(function: Function, name: str) -> bool:
    return any(name == part for item in function.decorator_list for part in ast.unparse(item).split("(")[0].split("."))


def _driven(text: str, function: Function | None) -> str:
    """The call, run to its end: a generator consumed, a coroutine awaited, a context entered."""
    if function is None:
        return text
    if _decorated(function, "contextmanager"):
        return f"{text}.__enter__()"
    if isinstance(function, ast.AsyncFunctionDef):
        return f"asyncio.run({text})" if not _is_generator(function) else f"asyncio.run({text}.__anext__())"
    return f"list({text})" if _is_generator(function) else text


def _driver_imports(function: Function | None) -> list[Import]:
    return [Import("asyncio")] if isinstance(function, ast.AsyncFunctionDef) else []


def _is_generator(function: Function) -> bool:
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            pending += ast.iter_child_nodes(node)
    return False
