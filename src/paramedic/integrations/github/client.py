"""GitHub and GitHub Enterprise Server, REST API version 2022-11-28."""

from __future__ import annotations

from urllib.parse import quote

from paramedic.integrations import fields
from paramedic.integrations.forge import MOST_COMMENTS, NewPullRequest, PullRequest
from paramedic.integrations.github import reading
from paramedic.integrations.http import Outside
from paramedic.model.errors import OutsideError
from paramedic.model.outcome import ReviewComment


def remedy(status: int) -> str:
    """What to do about a refusal."""
    scope = "contents: write and pull requests: write (classic tokens: repo)"
    return {
        401: f"Set GITHUB_TOKEN to a valid token with {scope}.",
        403: f"Give GITHUB_TOKEN the permissions {scope}, or wait until its rate limit is filled again.",
        404: f"Check the repository's slug, and that GITHUB_TOKEN may see it with {scope}.",
        422: "Check that both branches exist and differ, and that drafts are allowed in this repository.",
    }.get(status, "")


class GitHub:
    """Pull requests of one repository, ``slug`` being owner/name."""

    name = "github"

    def __init__(self, slug: str, token: str, base_url: str = "https://api.github.com") -> None:
        self._owner = slug.split("/", 1)[0]
        self._token = token
        self._path = f"/repos/{quote(slug)}/pulls"
        self._conversations = f"/repos/{quote(slug)}/issues"
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        self._api = Outside("GitHub", base_url, headers, remedy)

    def find(self, head: str) -> PullRequest | None:
        params = {"head": f"{self._owner}:{head}", "state": "all", "sort": "created", "direction": "desc"}
        rows = self._api.get(self._path, **params)
        # The filter is ignored when it is malformed, so the branch is compared here too.
        found = [pull for pull in map(reading.pull, fields.rows(rows)) if pull and pull.head == head]
        return found[0] if found else None

    def open(self, request: NewPullRequest) -> PullRequest:
        body = {
            "head": request.head,
            "base": request.base,
            "title": request.title,
            "body": request.body,
            "draft": request.draft,
            "maintainer_can_modify": True,
        }
        try:
            opened = reading.pull(self._api.post(self._path, body))
        except OutsideError as error:
            existing = self.find(request.head) if error.status == 422 else None
            if existing is None:
                raise
            return existing
        if opened is None:
            raise OutsideError("GitHub opened a pull request but did not say which.")
        return opened

    def read(self, number: int) -> PullRequest:
        found = reading.pull(self._api.get(f"{self._path}/{number}"))
        if found is None:
            raise OutsideError(f"GitHub answered something other than pull request {number}.", permanent=True)
        return found

    def comments(self, number: int) -> list[ReviewComment]:
        places = {
            "review": f"{self._path}/{number}/reviews",
            "line": f"{self._path}/{number}/comments",
            "comment": f"{self._conversations}/{number}/comments",
        }
        return [
            said
            for sort, place in places.items()
            for row in self._api.pages(place, rows_at_most=MOST_COMMENTS, per_page=100)
            if (said := reading.comment(fields.mapping(row), sort))
        ]

    def push_credentials(self) -> tuple[str, str] | None:
        return ("x-access-token", self._token)
