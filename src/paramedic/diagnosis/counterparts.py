"""The writer of what a reader chokes on: data that the same code base made wrong, found again when it is read back."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from paramedic.diagnosis.fault import Found
from paramedic.diagnosis.outcomes import own_nodes
from paramedic.diagnosis.reading import Reading
from paramedic.diagnosis.scene import Scene
from paramedic.diagnosis.suspects import Hint
from paramedic.model.diagnosis import Family, Location
from paramedic.source.module import Function, ParsedModule

_PAIRS = (
    ("reader", "writer"),
    ("read", "write"),
    ("load", "dump"),
    ("loads", "dumps"),
    ("parse", "format"),
    ("parse", "build"),
    ("parser", "builder"),
    ("decode", "encode"),
    ("decoder", "encoder"),
    ("import", "export"),
    ("from", "to"),
    ("deserialize", "serialize"),
    ("deserialise", "serialise"),
    ("unpack", "pack"),
    ("get", "set"),
    ("unmarshal", "marshal"),
    ("structure", "unstructure"),
    ("input", "output"),
    ("parse", "generate"),
    ("restore", "save"),
)
_WRITTEN_REPR = re.compile(
    r"['\"]?(?:None|True|False|nan|NaN|\[.*\]|\{.*\}|<.* object.*>|b'.*'|(?:datetime|Decimal)\b.*)['\"]?\Z", re.DOTALL
)
_MOST_FUNCTIONS = 400


def hints(scenes: Sequence[Scene], found: Found, reading: Reading) -> tuple[Hint, ...]:
    """The function of the same file that writes what the crash function reads, when the bad text is what ``str()`` makes of a
    Python value: such a text was written by Python code, not by a user."""
    text = reading.bad_value or found.fault.value or ""
    if found.fault.family is not Family.BAD_CONVERSION or not _WRITTEN_REPR.match(text.strip()):
        return ()
    scene = scenes[-1]
    if scene.function is None:
        return ()
    busy = {(each.mapped.location.file, each.mapped.location.function) for each in scenes}
    scored = sorted(_scored(scene.module, scene.function), key=lambda pair: -pair[0])
    for score, function in scored:
        location = Location(scene.module.path, function.lineno, scene.module.qualname(function))
        if score >= 1.0 and (location.file, location.function) not in busy:
            return (
                Hint(
                    location, f"writes what `{scene.function.name}` reads: {text[:40]} is a Python value turned into text", 0.45
                ),
            )
    return ()


def _scored(module: ParsedModule, reader: Function) -> Iterator[tuple[float, Function]]:
    functions = module.functions()[:_MOST_FUNCTIONS]
    known = {function: _constants(function) for function in functions}
    frequency = Counter(text for texts in known.values() for text in texts)
    own = known.get(reader, frozenset())
    for function in functions:
        if function is reader:
            continue
        shared = sum(1.0 / frequency[text] for text in known[function] & own)
        yield shared * 1.5 + _mirrored(module, reader, function), function


def _constants(function: Function) -> frozenset[str]:
    found = (node.value for node in own_nodes(function) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return frozenset(text for text in found if 0 < len(text) <= 40 and "\n" not in text)


def _mirrored(module: ParsedModule, reader: Function, other: Function) -> float:
    """How much the names say that one undoes the other."""
    left, right = _words(module.qualname(reader)), _words(module.qualname(other))
    score = 0.0
    for first, second in _PAIRS:
        if (first in left and second in right) or (second in left and first in right):
            score += 1.0
    return score + (0.5 if score and reader.name == other.name else 0.0)


def _words(name: str) -> frozenset[str]:
    return frozenset(word.lower() for word in re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+", name))
