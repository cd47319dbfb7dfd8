"""What intake answers: a refusal names what is wrong and what to do."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response


class Refused(Exception):
    """The request is not taken, and nothing of it is stored."""

    def __init__(self, status: int, message: str, remedy: str = "", **details: object) -> None:
        super().__init__(message)
        self.status = status
        self.remedy = remedy
        self.details = details
        self.headers: dict[str, str] = {}


def refusal(error: Refused) -> Response:
    body = {"error": {"message": str(error), "remedy": error.remedy, **error.details}, "detail": str(error)}
    # SDKs and Sentry itself show this header in their logs.
    headers = {"X-Sentry-Error": str(error).encode("ascii", "replace").decode()[:200], **error.headers}
    return JSONResponse(body, error.status, headers=headers)


def accepted(body: dict[str, object]) -> Response:
    return JSONResponse(body, 200)
