"""A reproduction, a fix and its proof: values that a verdict is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from paramedic.model.diagnosis import Diagnosis, Location


class Verdict(StrEnum):
    """What a triage may claim. Only ``PROVEN_FIX`` claims a fix."""

    PROVEN_FIX = "proven_fix"
    REPRODUCED = "reproduced"
    DIAGNOSED = "diagnosed"
    NO_CODE_FIX = "no_code_fix"
    NOT_FOUND = "not_found"


class Kind(StrEnum):
    """A fix uses an idiom of this code base, or repairs the origin; a stop-gap only makes the exception go away."""

    FIX = "fix"
    STOP_GAP = "stop-gap"


@dataclass(frozen=True, slots=True)
class Run:
    """One recorded command in the sandbox. ``output`` is the cut-down, printable tail of both streams."""

    name: str
    command: str
    exit_code: int
    seconds: float
    output: str
    passed: int | None = None
    failed: int | None = None
    failures: tuple[str, ...] = ()
    problem: str = ""
    """Why the tests could not run at all and what to configure; "" when they ran, whatever their result."""


@dataclass(frozen=True, slots=True)
class Reproduction:
    """A test in the project's own idiom that fails with the crash's exception in the crash's function.

    ``path`` is relative to the repository root, ``source`` the whole text of that file, ``node`` the runner's id
    (``tests/test_x.py::test_name``). ``entry`` is the repository function it calls, ``crash`` where the exception rose.
    """

    path: str
    source: str
    node: str
    exception: str
    entry: Location
    crash: Location
    framework: str = "pytest"
    notes: tuple[str, ...] = ()
    run: Run | None = None
    appended: bool = False
    """True when ``path`` existed before and ``source`` is its old text with the test added."""
    before: str = ""
    """The old text of ``path``, "" for a new file."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The change of one file, as whole texts. ``before`` is "" for a new file."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed change, before proof. ``plausibility`` in [0, 1] is comparable between candidates of one crash.

    ``rationale`` says in one sentence why this is what the code base itself would do; ``precedent`` names the place in
    the repository that shows the idiom, None for a stop-gap. ``answer`` is the simple name of the project's own error when
    the change reports the input with it instead of working on, "" otherwise.
    """

    edits: tuple[Edit, ...]
    shape: str
    kind: Kind
    rationale: str
    plausibility: float
    location: Location
    precedent: Location | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that passed the prover. ``diff`` is unified, as ``git apply`` takes it, without the regression test.

    ``plausibility`` in [0, 1] is the candidate's after near-by inputs, as the prover's threshold weighs it.
    """

    diff: str
    files: tuple[str, ...]
    shape: str
    kind: Kind
    rationale: str
    edits: tuple[Edit, ...] = ()
    plausibility: float = 0.0


@dataclass(frozen=True, slots=True)
class Proof:
    """The recorded runs that make a fix proven.

    ``suite_*`` are None when none of the project's tests could be used, or the suite was not asked for; ``gaps`` says
    each thing that was not checked, so that a reader knows what the proof does not cover. ``compared`` says, as the part of
    a sentence, which of the project's tests are no worse.
    """

    reproduction_before: Run
    reproduction_after: Run
    suite_before: Run | None
    suite_after: Run | None
    base_commit: str
    interpreter: str
    sandbox: str
    environment_key: str
    gaps: tuple[str, ...] = ()
    compared: str = ""


@dataclass(frozen=True, slots=True)
class AgentWork:
    """What an agent did for a result. ``stop`` says why it ended; ``content`` is equal where nothing new is to be found out.

    Money is in micro-dollars; ``tokens`` counts all that were read and written.
    """

    stop: str
    reason: str
    model: str = ""
    steps: int = 0
    micro_dollars: int = 0
    tokens: int = 0
    seconds: float = 0.0
    dropped_claims: int = 0
    confidence: float | None = None
    unsure_of: tuple[str, ...] = ()
    content: str = ""


@dataclass(frozen=True, slots=True)
class TriageResult:
    """All that a triage found. ``reason`` is one sentence on why the verdict is what it is; times are seconds by stage."""

    verdict: Verdict
    reason: str
    diagnosis: Diagnosis | None = None
    reproduction: Reproduction | None = None
    fix: Fix | None = None
    proof: Proof | None = None
    alternatives: tuple[Fix, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    agent: AgentWork | None = None
