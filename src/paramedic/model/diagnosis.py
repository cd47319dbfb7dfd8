"""The root cause of a crash: where, how, why, and the facts that say so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from paramedic.model.event import Frame


class Provenance(StrEnum):
    """Trusted: our own code and the repository. Untrusted: anything an attacker could write into an event or a log."""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"


class Category(StrEnum):
    """Where the cause lies (row S6)."""

    CLIENT = "client"
    SERVER = "server"
    OS = "os"
    THIRD_PARTY = "third-party"
    OBFUSCATED = "obfuscated"
    CONFIGURATION = "configuration"
    UNKNOWN = "unknown"


class Family(StrEnum):
    """The mechanism of a crash: what kind of expectation the code had that the value did not meet."""

    NONE_ATTRIBUTE = "none-attribute"
    NONE_ITEM = "none-item"
    NONE_OPERATION = "none-operation"
    NONE_CALL = "none-call"
    NONE_ITERATION = "none-iteration"
    NONE_ARGUMENT = "none-argument"
    MISSING_KEY = "missing-key"
    INDEX_OUT_OF_RANGE = "index-out-of-range"
    WRONG_TYPE = "wrong-type"
    NOT_CALLABLE = "not-callable"
    UNHASHABLE = "unhashable"
    BAD_CONVERSION = "bad-conversion"
    BAD_ENCODING = "bad-encoding"
    OVERFLOW = "overflow"
    UNBOUND_LOCAL = "unbound-local"
    MISSING_NAME = "missing-name"
    MISSING_ATTRIBUTE = "missing-attribute"
    WRONG_ARITY = "wrong-arity"
    UNEXPECTED_KEYWORD = "unexpected-keyword"
    UNPACK = "unpack"
    ZERO_DIVISION = "zero-division"
    EMPTY_SEQUENCE = "empty-sequence"
    NOT_FOUND_IN_SEQUENCE = "not-found-in-sequence"
    STOP_ITERATION = "stop-iteration"
    OBJECT_NOT_FOUND = "object-not-found"
    RECURSION = "recursion"
    ASSERTION = "assertion"
    DELIBERATE = "deliberate"
    """The code raises it on purpose: validation, a guard, an unimplemented branch."""
    IMPORT_FAILED = "import-failed"
    FILE_SYSTEM = "file-system"
    NETWORK = "network"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CANCELLED = "cancelled"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One cited fact. ``id`` is ``E1``, ``E2`` … and unique within a diagnosis."""

    id: str
    kind: str
    text: str
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Location:
    """A place in the repository: ``file`` relative to its root with ``/``, ``line`` 1-based, ``function`` the qualified
    name inside the module (``Class.method``, ``outer.<locals>.inner``), None at module level."""

    file: str
    line: int
    function: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a source file: lines 1-based, columns 0-based in characters, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class MappedFrame:
    """A frame of the crash that lies in the repository.

    ``index`` is its position in ``ExceptionValue.frames``; ``exact`` is False when the source at the line is not what the
    event's context shows (the checkout is another version), in which case ``location.line`` is the best match.
    """

    index: int
    frame: Frame
    location: Location
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """The expression that raised.

    ``expression`` is the failing sub-expression as written, ``subject`` the part of it whose value was wrong (``row`` in
    ``row["id"]``; equal to ``expression`` when nothing smaller can be named), ``value`` the captured repr of the subject.
    """

    family: Family
    location: Location
    expression: str
    span: Span
    subject: str | None = None
    subject_span: Span | None = None
    value: str | None = None
    detail: str | None = None
    """What was missing or unexpected: the key, the attribute, the keyword, the name, the other operand's type."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One step from the symptom towards the origin of the bad value: at ``location``, ``expression`` carried it on."""

    location: Location
    expression: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Suspect:
    """A function that may need the change, with why. Score in [0, 1], comparable within one diagnosis."""

    location: Location
    reason: str
    score: float


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The root cause. ``trace`` leads from the symptom (first) to the origin (last); ``confidence`` is in [0, 1].

    ``fixable`` is False, with ``obstacle`` saying why, when no change of this repository's code is the right answer.
    """

    summary: str
    category: Category
    family: Family
    location: Location | None
    exception_type: str
    fault: Fault | None = None
    trace: tuple[Hop, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    confidence: float = 0.0
    fixable: bool = True
    obstacle: str = ""
    frames: tuple[MappedFrame, ...] = ()
