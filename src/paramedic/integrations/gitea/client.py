"""Gitea and Forgejo, REST API v1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from paramedic.integrations import fields
from paramedic.integrations.forge import MOST_COMMENTS, NewPullRequest, PullRequest
from paramedic.integrations.gitea import reading
from paramedic.integrations.http import Outside
from paramedic.model.errors import OutsideError
from paramedic.model.outcome import ReviewComment

_PAGE = 50
_LOOKED_AT = 500
_REVIEWS_ASKED = 20


def remedy(status: int) -> str:
    """What to do about a refusal."""
    scopes = "write:repository and write:issue"
    return {
        401: f"Set GITEA_TOKEN to a valid token with {scopes}.",
        403: f"Give GITEA_TOKEN the scopes {scopes}, and its user write access to the repository.",
        404: "Check the repository's slug (owner/name), GITEA_URL, and that GITEA_TOKEN may see the repository.",
        409: "A pull request for this branch is open.",
        422: "Check that both branches exist and differ.",
        423: "The repository is archived; unarchive it or choose another.",
    }.get(status, "")


class Gitea:
    """Pull requests of one repository, ``slug`` being owner/name."""

    name = "gitea"

    def __init__(self, slug: str, token: str, base_url: str) -> None:
        self._owner = slug.split("/", 1)[0]
        self._token = token
        self._path = f"/repos/{quote(slug)}/pulls"
        self._conversations = f"/repos/{quote(slug)}/issues"
        self._api = Outside("Gitea", f"{base_url}/api/v1", {"Authorization": f"token {token}"}, remedy)

    def find(self, head: str) -> PullRequest | None:
        # There is no filter by head branch that all versions have, so the newest are looked through.
        for row in self._api.pages(self._path, rows_at_most=_LOOKED_AT, state="all", sort="newest", limit=_PAGE):
            pull = reading.pull(row)
            if pull is not None and pull.head == head:
                return pull
        return None

    def open(self, request: NewPullRequest) -> PullRequest:
        body = {
            "head": request.head,
            "base": request.base,
            # A title that starts so is how Gitea marks a draft.
            "title": f"WIP: {request.title}" if request.draft else request.title,
            "body": request.body,
        }
        try:
            opened = reading.pull(self._api.post(self._path, body))
        except OutsideError as error:
            existing = self.find(request.head) if error.status in (409, 422) else None
            if existing is None:
                raise
            return existing
        if opened is None:
            raise OutsideError("Gitea opened a pull request but did not say which.")
        return opened

    def read(self, number: int) -> PullRequest:
        found = reading.pull(self._api.get(f"{self._path}/{number}"))
        if found is None:
            raise OutsideError(f"Gitea answered something other than pull request {number}.", permanent=True)
        return found

    def comments(self, number: int) -> list[ReviewComment]:
        reviews = self._rows(f"{self._path}/{number}/reviews")
        # A review's lines are asked for by the review; most have none.
        lined = [fields.name(row.get("id")) for row in reviews if row.get("comments_count")][:_REVIEWS_ASKED]
        lines = [row for review in lined for row in self._rows(f"{self._path}/{number}/reviews/{quote(review)}/comments")]
        said = {"review": reviews, "line": lines, "comment": self._rows(f"{self._conversations}/{number}/comments")}
        return [one for sort, rows in said.items() for row in rows if (one := reading.comment(row, sort))]

    def _rows(self, place: str) -> list[Mapping[str, Any]]:
        return fields.rows(list(self._api.pages(place, rows_at_most=MOST_COMMENTS, limit=_PAGE)))

    def push_credentials(self) -> tuple[str, str] | None:
        return (self._owner, self._token)
