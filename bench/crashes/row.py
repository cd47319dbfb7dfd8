"""What became of one case: the line of the table, as it is kept, printed, drawn and committed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bench.crashes.causes import UNREPRODUCED, cause
from bench.crashes.judge import Judgement


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
    truth: str = ""
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
            return cause(self.reason)
        if not self.reproduced:
            return "the test fails otherwise than the crash"
        right = ", though right" if self.alternative and self.alternative.correct else ""
        return cause(self.reason) + right

    @property
    def why(self) -> str:
        """One sentence for a reader: what the judge saw differ, else what the engine says."""
        judged = self.proof or self.alternative
        return (judged and judged.detail) or self.reason.removeprefix(UNREPRODUCED)

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
