"""What the prover says."""

from __future__ import annotations

from dataclasses import dataclass

from paramedic.model.repair import Fix, Proof, Reproduction


@dataclass(frozen=True, slots=True)
class Proven:
    """One fix that the prover would bet on, with its recorded runs.

    ``reproduction`` is the regression test that the proof was made with. It is the given one, except where the fix answers
    the input with the project's own error type: then the test expects that error.
    """

    fix: Fix
    proof: Proof
    alternatives: tuple[Fix, ...] = ()
    reproduction: Reproduction | None = None


@dataclass(frozen=True, slots=True)
class Unproven:
    """No claim, in one sentence why, and the changes a person may choose from, the likeliest first.

    ``unfit`` when a likely fix gets past the crash and the test then dies of something else, outside: the test calls what
    needs more around it than a test has, so that no fix could make it pass.
    """

    reason: str
    alternatives: tuple[Fix, ...] = ()
    unfit: bool = False
