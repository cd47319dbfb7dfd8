"""What became of one case: the line of the table, as it is kept, printed, drawn and committed."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bench.crashes.judge import Judgement

CAUSES = (
    ("The code raises this error on purpose", "raised on purpose"),
    ("The best change only silences", "only a stop-gap"),
    ("No change stands on enough", "below threshold"),
    ("Several changes are as plausible", "rivals as plausible"),
    ("No change that this code base", "no candidate"),
    ("None of ", "no candidate passes"),
    ("Every change that stops", "changes what works"),
    ("The regression test passes without", "test passes unchanged"),
    ("The change makes ", "breaks the project's tests"),
    ("The change did not hold", "does not hold in a whole run"),
    ("The cause was found, but nothing could be run", "no environment"),
    ("Reproduced; the time limit", "out of time"),
)
"""How the engine's sentence begins, and the cause of a loss that it tells."""


@dataclass(frozen=True)
class Row:
    """``proof`` judges the claimed change, ``alternative`` the best that was not claimed; None where there is no such change.

    ``confidence`` is the diagnosis's, ``plausibility`` the prover's for the change that was judged; both in [0, 1].
    """

    name: str
    digest: str
    no_fix: bool
    verdict: str
    reason: str
    cause: str = ""
    """What really went wrong, where no change of the code is right."""
    category: str = ""
    family: str = ""
    confidence: float = 0.0
    located_first: bool = False
    located_three: bool = False
    reproduced: bool = False
    proof: Judgement | None = None
    alternative: Judgement | None = None
    plausibility: float | None = None
    shape: str = ""
    diff: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    repeats: bool | None = None
    """Whether a second run answered the same; None when there was none."""

    @property
    def claimed(self) -> bool:
        return self.verdict == "proven_fix"

    @property
    def correct(self) -> bool:
        return bool(self.proof and self.proof.correct)

    @property
    def wrong(self) -> bool:
        """The gravest error: a fix is called proven where no change of the code is right."""
        return self.no_fix and self.claimed

    @property
    def lines(self) -> int:
        """Lines that the claimed change adds or takes away."""
        return sum(line[:1] in "+-" and line[:3] not in ("+++", "---") for line in self.diff.splitlines() if line)

    @property
    def work(self) -> float:
        """Seconds, without those that the environment took to build."""
        return sum(took for stage, took in self.seconds.items() if stage != "environment")

    @property
    def loss(self) -> str:
        """Why it is no success, in a few words that are the same for the same cause; "" for a success."""
        if self.verdict == "error":
            return "the engine failed"
        return self._loss_without_fix() if self.no_fix else self._loss_with_fix()

    def _loss_without_fix(self) -> str:
        if self.wrong:
            return "claimed a fix where none is right"
        return "" if self.verdict == "no_code_fix" else f"not told: {self.verdict}"

    def _loss_with_fix(self) -> str:
        if self.claimed:
            return "" if self.correct else "wrong change claimed"
        if self.verdict in ("no_code_fix", "not_found"):
            return f"called {self.verdict}"
        if not self.located_three:
            return "not located"
        if self.verdict == "diagnosed":
            return self._cause("not reproduced")
        if not self.reproduced:
            return "the test fails otherwise than the crash"
        right = ", though right" if self.alternative and self.alternative.correct else ""
        return self._cause("not proven") + right

    def _cause(self, otherwise: str) -> str:
        return next((cause for start, cause in CAUSES if self.reason.startswith(start)), otherwise)

    @property
    def why(self) -> str:
        """One sentence for a reader: what the judge saw differ, else what the engine says."""
        judged = self.proof or self.alternative
        return (judged and judged.detail) or re.sub(r"^The cause was found, but the crash could not be ", "", self.reason)

    def document(self) -> dict[str, Any]:
        return asdict(self)

    def committed(self, *, anonymous: bool) -> dict[str, Any]:
        """What a later run is held against. An outside folder's cases are known by their digests alone."""
        return {
            "name": self.digest if anonymous else self.name,
            "verdict": self.verdict,
            "category": self.category,
            "located_first": self.located_first,
            "located_three": self.located_three,
            "reproduced": self.reproduced,
            "correct": self.correct,
            "harmless": bool(self.proof and self.proof.harmless),
            "plausibility": self.plausibility,
            "shape": self.shape,
            "lines": self.lines,
            "loss": self.loss,
            "reason": self.reason if self.no_fix and not anonymous else "",
        }


def row_from(document: dict[str, Any]) -> Row:
    """The inverse of ``Row.document``."""
    row = Row(**document)
    judged = {key: Judgement(**document[key]) for key in ("proof", "alternative") if document[key]}
    return replace(row, **judged)
