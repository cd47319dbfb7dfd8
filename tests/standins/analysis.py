"""An analysis server, as the protocol has it: it is busy at first, then has an opinion."""

from __future__ import annotations

from tests.standins.base import Answer, Asked, StandIn

OPINION = {
    "priorityScore": 87,
    "rootCause": "The cache is\nempty after a deploy.",
    "isEdgeCase": False,
    "causeType": "server",
    "solution": "Warm it: password=hunter2secret",
    "additionalInfo": None,
}


class Analyst(StandIn):
    """``busy`` answers come before each opinion."""

    routes = (
        ("POST", r"/analysis/issue", "ask"),
        ("GET", r"/analysis/issue/([^/]+)", "answer_of"),
    )

    def __init__(self, busy: int = 1, answer: object = None) -> None:
        super().__init__()
        self._busy = busy
        self._answer = answer
        self._left: dict[str, int] = {}

    def ask(self, asked: Asked) -> Answer:
        issue = str(asked.body["issueId"])  # type: ignore[index]
        self._left[issue] = self._busy
        return Answer(200, {"jobId": f"job-{issue}", "status": "queued"})

    def answer_of(self, _asked: Asked, issue: str) -> Answer:
        if self._answer is not None:
            return Answer(200, self._answer)
        self._left[issue] -= 1
        if self._left[issue] >= 0:
            return Answer(200, {"issueId": issue, "status": "running"})
        return Answer(200, {"issueId": issue, "status": "done", "analysis": OPINION})
