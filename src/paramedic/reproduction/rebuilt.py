"""Objects of a snapshot anew: made of their class without its constructor, then given the attributes that they had."""

from __future__ import annotations

import builtins
import keyword
import re
from collections import defaultdict
from collections.abc import Callable, Iterable

from paramedic.model.snapshot import Held, Thing, Typed
from paramedic.reproduction.captured import Kept, Value
from paramedic.reproduction.code import Code, Import
from paramedic.reproduction.names import Names
from paramedic.reproduction.typed import Graph
from paramedic.reproduction.vetting import objection

_MOST_LINES = 150
_DEEPEST = 20
_FILLED = {"list": "extend", "set": "update", "dict": "update", "deque": "extend"}
_EMPTY = {"list": "[]", "set": "set()", "dict": "{}"}

Express = Callable[[Value], Code | None]


class Rebuilder:
    """Code for the objects of one snapshot. ``taken`` are names that mean something else where the code will stand.

    Each object has one variable, whoever asks for it, and its lines are the same each time: that keeps what is shared shared.
    """

    def __init__(self, graph: Graph, names: Names, taken: Iterable[str]) -> None:
        self._graph = graph
        self._names = names
        self._taken = set(taken)
        self._variables: dict[int, str] = {}
        self._known: dict[int, Code | None] = {}
        self._open: _Session | None = None
        self._called = _called(graph)

    def code(self, kept: Kept, express: Express) -> Code | None:
        """The object as an expression with the statements that make it; None when its class cannot be had.

        What it holds that cannot be had is left out, and the code is ``invented`` then.
        """
        if self._open is not None:
            return self._open.reference(kept.number)
        if kept.number not in self._known:
            self._open = session = _Session(self._graph, self._names, self.variable, express)
            try:
                found = session.reference(kept.number)
            finally:
                self._open = None
            self._known[kept.number] = session.whole(found) if found is not None else None
        return self._known[kept.number]

    def variable(self, number: int, name: str) -> str:
        """The variable of an object: as the program called it where that is one name of one object, else after its class."""
        if number not in self._variables:
            self._variables[number] = self._called.get(number) or self._free(_snake(name))
            self._taken.add(self._variables[number])
        return self._variables[number]

    def _free(self, base: str) -> str:
        free = base
        for number in range(2, 10_000):
            if free not in self._taken and not keyword.iskeyword(free) and not hasattr(builtins, free):
                break
            free = f"{base}_{number}"
        return free


class _Session:
    """The statements for one object and all that it holds, each object once."""

    def __init__(self, graph: Graph, names: Names, variable: Callable[[int, str], str], express: Express) -> None:
        self._graph = graph
        self._names = names
        self._variable = variable
        self._express = express
        self._lines: list[str] = []
        self._imports: set[Import] = set()
        self._made: dict[int, str | None] = {}
        self._depth = 0
        self._invented = False

    def whole(self, code: Code) -> Code:
        return Code(code.text, code.imports | self._imports, tuple(self._lines), invented=code.invented or self._invented)

    def reference(self, number: int) -> Code | None:
        """The object's variable, or what it is written as; its statements come before those of whoever asks."""
        if number not in self._made and self._depth < _DEEPEST:
            self._made[number] = None
            found = self._graph.objects[number]
            self._depth += 1
            self._made[number] = self._thing(number, found) if isinstance(found, Thing) else self._container(number, found)
            self._depth -= 1
        text = self._made.get(number)
        return Code(text) if text is not None else None

    def _container(self, number: int, held: Held) -> str | None:
        if held.kind not in _EMPTY:
            return self._text(self._graph.held(held))
        variable = self._variable(number, {"list": "Items", "set": "Members", "dict": "Mapping"}[held.kind])
        self._made[number] = variable
        self._lines.append(f"{variable} = {_EMPTY[held.kind]}")
        created = len(self._lines)
        text = self._content(held)
        if text == _EMPTY[held.kind]:
            return variable
        if len(self._lines) == created and variable not in re.findall(r"\w+", text):
            self._lines[-1] = f"{variable} = {text}"
        else:
            self._lines.append(f"{variable}.{_FILLED[held.kind]}({text})")
        return variable

    def _content(self, held: Held) -> str:
        """A container as text; items that cannot be had are left out."""
        if not held.complete:
            self._invented = True
        if held.kind == "dict":
            pairs = [(self._typed(key), self._typed(item)) for key, item in held.pairs]
            inside = ", ".join(f"{key}: {item}" for key, item in pairs if key is not None and item is not None)
            return f"{{{inside}}}"
        items = [text for text in map(self._typed, held.items) if text is not None]
        if held.kind == "set":
            return f"{{{', '.join(items)}}}" if items else "set()"
        return f"[{', '.join(items)}]"

    def _typed(self, typed: Typed) -> str | None:
        return self._text(self._graph.value(typed))

    def _text(self, value: Value) -> str | None:
        """The expression for a value; None, and a note that something is missing, when there is none."""
        code = self._express(value) if len(self._lines) < _MOST_LINES else None
        if code is None or code.setup:
            self._invented = True
            return None
        self._invented |= code.invented
        self._imports |= code.imports
        return code.text

    def _thing(self, number: int, thing: Thing) -> str | None:
        kind = self._class(thing)
        if kind is None:
            return None
        plain = self._plain(kind, thing)
        if plain is not None and not thing.attributes and not self._graph.shared(number):
            return plain
        variable = self._variable(number, thing.name.rpartition(".")[2])
        self._made[number] = variable
        self._lines.append(f"{variable} = {plain or self._bare(kind, thing)}")
        if plain is None and isinstance(thing.content, Held) and thing.content.kind in _FILLED:
            self._fill(variable, thing.content)
        for name, item in thing.attributes.items():
            self._set(variable, name, self._typed(item), guarded=thing.own_set)
        self._invented |= not thing.complete
        return variable

    def _class(self, thing: Thing) -> str | None:
        name = thing.name.removeprefix("builtins.")
        code = Code(name) if isinstance(getattr(builtins, name, None), type) else self._names.dotted(thing.name)
        if code is None or thing.name.startswith("__main__."):
            return None
        self._imports |= code.imports
        return code.text

    def _plain(self, kind: str, thing: Thing) -> str | None:
        """A call that makes the object with what it is: a named tuple, an exception, a class derived from ``str``."""
        content = thing.content
        if isinstance(content, Held):
            if content.kind != "tuple":
                return None
            items = [text for text in map(self._typed, content.items) if text is not None]
            if len(items) < len(content.items):
                return None
            if thing.builtin == "error":
                return (
                    f"{kind}({', '.join(items)})"
                    if "." not in thing.name.removeprefix("builtins.")
                    else (f"{kind}.__new__({', '.join([kind, *items])})")
                )
            if thing.fields and len(thing.fields) == len(items):
                return f"{kind}({', '.join(f'{name}={item}' for name, item in zip(thing.fields, items, strict=True))})"
            return f"tuple.__new__({kind}, ({', '.join(items)}{',' if len(items) == 1 else ''}))"
        if not thing.builtin:
            return None
        text = self._typed(content)
        if text is None:
            return None
        return f"{thing.builtin}.__new__({kind}, {text})" if thing.own_new else f"{kind}({text})"

    @staticmethod
    def _bare(kind: str, thing: Thing) -> str:
        base = thing.builtin if thing.builtin in _EMPTY else "object"
        return f"{base}.__new__({kind})" if thing.own_new else f"{kind}.__new__({kind})"

    def _fill(self, variable: str, held: Held) -> None:
        text = self._content(held)
        if held.kind in _EMPTY and text != _EMPTY[held.kind]:
            self._lines.append(f"{held.kind}.{_FILLED[held.kind]}({variable}, {text})")

    def _set(self, variable: str, name: str, text: str | None, *, guarded: bool) -> None:
        innards = name.startswith("__") and name.endswith("__")
        if text is None or innards or not name.isidentifier() or keyword.iskeyword(name):
            return
        line = f"{variable}.{name} = {text}"
        private = name.startswith("__") or objection(f"value.{name} = 0", ()) is not None
        self._lines.append(f"object.__setattr__({variable}, {name!r}, {text})" if guarded or private else line)


def _called(graph: Graph) -> dict[int, str]:
    """Objects that have a variable of their own: a name that means nothing else in any frame."""
    numbers: dict[str, set[int]] = defaultdict(set)
    for name, number in graph.names():
        numbers[name].add(number)
    plain = [(name, found) for name, found in numbers.items() if len(found) == 1 and name not in {"self", "cls"}]
    return {
        number: name for name, found in reversed(plain) for number in found if name.isidentifier() and not keyword.iskeyword(name)
    }


def _snake(name: str) -> str:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_")
    return snake if snake.isidentifier() else "value"
