"""The analysis protocol from the asking side: ``POST /analysis/issue``, then ``GET /analysis/issue/{id}`` until it is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from paramedic.integrations.http import Outside
from paramedic.model.errors import OutsideError

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
_LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the server says, untrusted and cut in size. ``cause_type`` is client, server, os, 3rdparty, obfuscation or unknown."""

    root_cause: str
    cause_type: str
    solution: str
    more: str


class AnalysisServer:
    """A server at ``base_url``. Raises ``OutsideError`` for one that refuses, fails, or speaks another protocol."""

    def __init__(self, base_url: str) -> None:
        self._outside = Outside("The analysis server", base_url)

    def analyse(self, issue_id: str, within_seconds: float, *, wanted: Callable[[], bool] = lambda: True) -> Opinion | None:
        """Ask, and wait for the answer for ``within_seconds`` or until it is no longer ``wanted``; None when there is none."""
        end = time.monotonic() + within_seconds
        self._outside.post("/analysis/issue", {"issueId": issue_id, "forceRefresh": False})
        pause = FIRST_PAUSE_SECONDS
        while wanted():
            answer = self._ask(issue_id)
            if answer.get("status") == "done":
                return _opinion(answer.get("analysis"))
            if answer.get("status") == "error":
                raise OutsideError(f"The analysis server failed: {_text(answer.get('error')) or 'no reason'}.", permanent=True)
            if time.monotonic() + pause > end:
                return None
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
        return None

    def close(self) -> None:
        self._outside.close()

    def _ask(self, issue_id: str) -> dict[str, object]:
        answer = self._outside.get(f"/analysis/issue/{quote(issue_id, safe='')}")
        if not isinstance(answer, dict):
            raise OutsideError("The analysis server answered with something other than an object.", permanent=True)
        return answer


def _opinion(analysis: object) -> Opinion | None:
    if not isinstance(analysis, dict) or not _text(analysis.get("rootCause")):
        return None
    return Opinion(
        root_cause=_text(analysis.get("rootCause")),
        cause_type=_text(analysis.get("causeType"))[:40],
        solution=_text(analysis.get("solution")),
        more=_text(analysis.get("additionalInfo")),
    )


def _text(value: object) -> str:
    """One line, for texts from outside must not shape a log."""
    return " ".join(str(value).split())[:_LONGEST_TEXT] if isinstance(value, str) else ""
