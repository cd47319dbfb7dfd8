"""What an agent does and says: its steps, what they cost, why it stopped, and its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from paramedic.model.diagnosis import Provenance
from paramedic.model.repair import Edit
from paramedic.model.toolbox import ToolState


class StopReason(StrEnum):
    """Why an agent ended. All but ``ANSWERED`` keep what the engine had found."""

    ANSWERED = "answered"
    BUDGET = "budget"
    STEPS = "steps"
    TIME = "time"
    LOOP = "loop detected"
    CANCELLED = "cancelled"
    PROVIDER = "provider failed"
    """Every configured model refused or failed, after the retries that it asked for."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a tool. ``edits`` are changes of the session's work tree, applied again when the step is recalled."""

    state: ToolState
    text: str
    provenance: Provenance = Provenance.UNTRUSTED
    edits: tuple[Edit, ...] = ()

    @classmethod
    def error(cls, text: str) -> Outcome:
        return cls(ToolState.ERROR, text, Provenance.TRUSTED)

    @classmethod
    def no_data(cls, text: str) -> Outcome:
        return cls(ToolState.NO_DATA, text, Provenance.TRUSTED)


@dataclass(frozen=True, slots=True)
class Cost:
    """Money in micro-dollars, and all tokens of a call, those read from a cache included."""

    micro_dollars: int = 0
    tokens: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.micro_dollars + other.micro_dollars, self.tokens + other.tokens)


@dataclass(frozen=True, slots=True)
class Step:
    """One checkpointed call of a model or a tool. ``data`` is JSON whose shape is known to who wrote it."""

    number: int
    kind: str
    name: str
    data: str
    cost: Cost = Cost()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Hold:
    """Money and tokens set aside for one call, in each of ``scopes``."""

    scopes: tuple[str, ...]
    cost: Cost


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was set aside: the budget that would be overdrawn, and what to do about it."""

    reason: str


class Journal(Protocol):
    """The memory of one session's agent, and its purse. What is kept is never done or paid for again.

    A hold counts as spent until it is kept with its real cost or released, whatever dies in between: no sequence of crashes
    leads over a budget. Two workers that hold from one budget at once never overdraw it together.
    """

    def recall(self, number: int) -> Step | None: ...

    def keep(self, step: Step, hold: Hold | None = None) -> None: ...

    def hold(self, cost: Cost) -> Hold | Refusal: ...

    def release(self, hold: Hold) -> None: ...


class Forgetful:
    """A journal for one process: nothing outlives it. ``limit`` is the budget of the run."""

    def __init__(self, limit: Cost) -> None:
        self._limit = limit
        self.spent = Cost()

    def recall(self, number: int) -> Step | None:  # noqa: ARG002 - nothing is remembered
        return None

    def keep(self, step: Step, hold: Hold | None = None) -> None:
        if hold is not None:
            self.release(hold)
            self.spent += step.cost

    def hold(self, cost: Cost) -> Hold | Refusal:
        after = self.spent + cost
        if after.micro_dollars > self._limit.micro_dollars or after.tokens > self._limit.tokens:
            return Refusal("the next call may cost more than is left of this run's budget; raise it in [agent]")
        self.spent = after
        return Hold(("run",), cost)

    def release(self, hold: Hold) -> None:
        self.spent += Cost(-hold.cost.micro_dollars, -hold.cost.tokens)


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of the diagnosis, and the ids of the evidence that it stands on."""

    text: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says. ``confidence`` is its own, in [0, 1]; ``test`` is the node id of the regression test it wrote;
    ``output`` is the answer in the form that the caller asked for."""

    summary: str
    claims: tuple[Claim, ...]
    rationale: str
    confidence: float
    category: str = "unknown"
    file: str | None = None
    line: int | None = None
    function: str | None = None
    unsure_of: tuple[str, ...] = ()
    test: str | None = None
    fixable: bool = True
    output: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Investigation:
    """How an agent ended. ``patch`` is its change without tests, ``tests`` the test files that it wrote."""

    stop: StopReason
    reason: str
    answer: Answer | None = None
    patch: tuple[Edit, ...] = ()
    tests: tuple[Edit, ...] = ()
    dropped_claims: int = 0
    steps: int = 0
    cost: Cost = Cost()
    seconds: float = 0.0
    model: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one session's agent; money and tokens are bounded by the journal."""

    steps: int = 60
    seconds: float = 1800.0
    reply_tokens: int = 8000
    context_tokens: int = 120_000


@dataclass(frozen=True, slots=True)
class Trial:
    """What the prover said of a change; ``text`` is for a reader, ``ok`` True only for a proven fix.

    ``untested`` when there is no regression test that fails before the change, so that nothing could be proven.
    """

    ok: bool
    text: str
    untested: bool = False


Prover = Callable[[tuple[Edit, ...], tuple[Edit, ...], str | None], Trial]
"""Takes the change, the test files and the test's node id."""
