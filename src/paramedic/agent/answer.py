"""The form of the answer, and what of it is taken: a claim that cites nothing that was seen is dropped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from paramedic.agent.fence import safe
from paramedic.agent.structured import scrubbed
from paramedic.model.agent import Answer, Claim
from paramedic.model.diagnosis import Category

NAME = "answer"


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore")


class ClaimForm(_Lenient):
    text: str = Field(description="One sentence of the diagnosis.")
    evidence: list[str] = Field(description="Ids of what it stands on: E1, C2, T5 …")


class AnswerForm(_Lenient):
    """Arguments of the answer tool."""

    summary: str = Field(description="The root cause in one or two sentences.")
    claims: list[ClaimForm] = Field(description="The diagnosis step by step; each with the ids of its evidence.")
    rationale: str = Field("", description="Why the change is what this code base itself would do; empty without a change.")
    confidence: float = Field(ge=0, le=1, description="How sure you are of the root cause.")
    category: Category = Field(Category.UNKNOWN, description="Where the cause lies.")
    fixable: bool = Field(True, description="False when no change of this repository is the right answer.")
    file: str | None = Field(None, description="Where the cause lies: the file …")
    line: int | None = Field(None, description="… the line …")
    function: str | None = Field(None, description="… and the function.")
    unsure_of: list[str] = Field(default_factory=list, description="What you could not find out.")
    test: str | None = Field(None, description="Node id of the regression test that you wrote (tests/test_x.py::test_y).")


class StructuredAnswerForm(AnswerForm):
    """The answer where the caller asked for a form of their own. The form itself stands in the task, for not every provider
    takes every schema."""

    output: dict[str, Any] = Field(description="The answer as one JSON object that fits the schema of the task.")


def form_of(schema: Mapping[str, object] | None) -> type[AnswerForm]:
    return StructuredAnswerForm if schema else AnswerForm


def taken(form: AnswerForm, known: Collection[str]) -> tuple[Answer, int]:
    """The answer with only the claims that cite something that was shown, and how many were dropped."""
    claims = [Claim(safe(claim.text, 600), tuple(dict.fromkeys(_cited(claim, known)))) for claim in form.claims]
    kept = tuple(claim for claim in claims if claim.evidence)
    answer = Answer(
        summary=safe(form.summary, 900),
        claims=kept,
        rationale=safe(form.rationale, 900),
        confidence=form.confidence,
        category=form.category.value,
        file=form.file,
        line=form.line,
        function=form.function,
        unsure_of=tuple(safe(each, 300) for each in form.unsure_of[:10]),
        test=form.test,
        fixable=form.fixable,
        output=scrubbed(form.output) if isinstance(form, StructuredAnswerForm) else None,
    )
    return answer, len(claims) - len(kept)


def _cited(claim: ClaimForm, known: Collection[str]) -> list[str]:
    return [each.strip("[] ") for each in claim.evidence if each.strip("[] ") in known]
