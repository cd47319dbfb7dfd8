"""Plain words: the symptom, one sentence or two for whoever is on call, and the cited facts."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from paramedic.diagnosis.chain import Chain
from paramedic.diagnosis.fault import Found
from paramedic.diagnosis.origin import Step
from paramedic.diagnosis.scene import Scene
from paramedic.diagnosis.text import plain, secret
from paramedic.model.diagnosis import Evidence, Family, Provenance
from paramedic.model.event import Event

_MOST_VARIABLES = 8
_MOST_FRAMES = 6
_NONE = frozenset(
    {
        Family.NONE_ATTRIBUTE,
        Family.NONE_ITEM,
        Family.NONE_OPERATION,
        Family.NONE_CALL,
        Family.NONE_ITERATION,
        Family.NONE_ARGUMENT,
    }
)
_SENTENCES = {
    Family.NONE_ATTRIBUTE: "`{subject}` is None, and `{expression}` is then read",
    Family.NONE_ITEM: "`{subject}` is None, and `{expression}` is then subscripted",
    Family.NONE_OPERATION: "`{subject}` is None in `{expression}`",
    Family.NONE_CALL: "`{subject}` is None, and is then called",
    Family.NONE_ITERATION: "`{subject}` is None, and is then iterated or searched",
    Family.NONE_ARGUMENT: "`{subject}` is None, and is then given to `{expression}`",
    Family.MISSING_KEY: "`{subject}` has no key {detail} for `{expression}`",
    Family.INDEX_OUT_OF_RANGE: "`{subject}` is shorter than `{expression}` expects",
    Family.WRONG_TYPE: "`{subject}` has a type that `{expression}` cannot take",
    Family.NOT_CALLABLE: "`{subject}` is called but is not callable",
    Family.UNHASHABLE: "`{subject}` cannot be hashed, which `{expression}` needs",
    Family.BAD_CONVERSION: "`{subject}` cannot be converted by `{expression}`",
    Family.BAD_ENCODING: "`{subject}` does not fit the encoding in `{expression}`",
    Family.OVERFLOW: "`{subject}` is too large for `{expression}`",
    Family.UNBOUND_LOCAL: "`{detail}` is read before any branch has set it",
    Family.MISSING_NAME: "`{detail}` is not defined",
    Family.MISSING_ATTRIBUTE: "`{subject}` has no attribute `{detail}`",
    Family.WRONG_ARITY: "`{expression}` gives the wrong number of arguments",
    Family.UNEXPECTED_KEYWORD: "`{expression}` gives the keyword `{detail}`, which is not accepted",
    Family.UNPACK: "`{subject}` does not have as many values as are unpacked",
    Family.ZERO_DIVISION: "`{subject}` is zero in `{expression}`",
    Family.EMPTY_SEQUENCE: "`{subject}` is empty, which `{expression}` does not allow",
    Family.NOT_FOUND_IN_SEQUENCE: "what `{expression}` looks for is not there",
    Family.STOP_ITERATION: "`{subject}` has no further item for `{expression}`",
    Family.OBJECT_NOT_FOUND: "`{expression}` finds no such row",
    Family.RECURSION: "`{expression}` recurses without end",
    Family.ASSERTION: "the assertion `{expression}` does not hold",
    Family.DELIBERATE: "the code raises this on purpose, guarded by `{expression}`",
    Family.IMPORT_FAILED: "`{expression}` fails",
    Family.FILE_SYSTEM: "the operating system refuses `{expression}`",
    Family.NETWORK: "the network fails in `{expression}`",
    Family.TIMEOUT: "`{expression}` takes longer than its time limit",
}


def symptom(found: Found) -> str:
    """The first hop's sentence: what was wrong with the value where it hurt."""
    fault = found.fault
    template = _SENTENCES.get(fault.family, "`{expression}` fails")
    if fault.family is Family.DELIBERATE and isinstance(found.node, ast.Raise):
        template = "`{expression}` is reached, which is there on purpose"
    elif fault.family in _NONE and fault.value not in {None, "None"}:
        template = "`{subject}` holds None, which `{expression}` cannot take"
    return template.format(
        subject=plain(fault.subject or fault.expression, 60),
        expression=plain(fault.expression, 80),
        detail=plain(fault.detail or "", 60),
    )


def summarise(chain: Chain, found: Found | None, steps: Sequence[Step]) -> str:
    """One or two sentences. What an attacker could have written is quoted and cut."""
    exception = chain.crash.exception
    place = chain.crash.frames[-1].location
    where = f"{place.file}:{place.line}"
    kind = plain(exception.type, 60) or "The event"
    if found is None:
        said = f' with "{plain(exception.value, 100)}"' if exception.value else ""
        return f"{kind} rose at {where}{said}."
    enough = 0.3 if found.fault.family in _NONE else 0.4
    origin = next((step for step in reversed(steps[1:]) if step.strength >= enough or step.outside), None)
    text = f"{kind} at {where}: {symptom(found)}"
    if origin is None:
        return f"{text}."
    link = "because" if found.fault.family in _NONE else "where"
    there = origin.hop.location
    return f"{text}, {link} {plain(origin.hop.explanation, 160)} ({there.file}:{there.line})."


def gather(
    event: Event, chain: Chain, scenes: Sequence[Scene], found: Found | None, steps: Sequence[Step]
) -> tuple[Evidence, ...]:
    """The facts behind the diagnosis, cited as E1, E2 …; the event's own words are untrusted, the repository's are not."""
    facts = [*_stated(event, chain), *_lines(scenes), *_variables(scenes, found), *_steps(steps)]
    return tuple(Evidence(f"E{number}", kind, text, provenance) for number, (kind, text, provenance) in enumerate(facts, 1))


_Fact = tuple[str, str, Provenance]


def _stated(event: Event, chain: Chain) -> Iterator[_Fact]:
    exception = chain.crash.exception
    yield "exception", f"{plain(exception.type, 80)}: {plain(exception.value, 200)}", Provenance.UNTRUSTED
    for earlier in chain.earlier[:2]:
        yield "cause", f"{plain(earlier.exception.type, 80)}: {plain(earlier.exception.value, 200)}", Provenance.UNTRUSTED
    if event.release:
        yield "release", plain(event.release, 100), Provenance.UNTRUSTED


def _lines(scenes: Sequence[Scene]) -> Iterator[_Fact]:
    for scene in reversed(scenes[-_MOST_FRAMES:]):
        location = scene.mapped.location
        lines = scene.module.text.splitlines()
        source = lines[location.line - 1].strip() if 0 < location.line <= len(lines) else ""
        where = f"{location.file}:{location.line} in {location.function or 'the module'}"
        yield "frame", f"{where}: {plain(source, 160)}", Provenance.TRUSTED


def _variables(scenes: Sequence[Scene], found: Found | None) -> Iterator[_Fact]:
    """Variables of the crash frame, the ones that the fault names first; secrets are named but not shown."""
    if not scenes:
        return
    captured = scenes[-1].mapped.frame.variables
    text = found.fault.expression if found else ""
    names = sorted(captured, key=lambda name: (name not in text, len(name)))
    for name in names[:_MOST_VARIABLES]:
        value = "[hidden]" if secret(name) else plain(str(captured[name]), 120)
        yield "variable", f"{plain(name, 60)} = {value}", Provenance.UNTRUSTED


def _steps(steps: Sequence[Step]) -> Iterator[_Fact]:
    for step in steps[1:]:
        location = step.hop.location
        yield "code", f"{location.file}:{location.line}: {plain(step.hop.explanation, 200)}", Provenance.TRUSTED
