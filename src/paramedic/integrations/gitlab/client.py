"""GitLab, REST API v4: gitlab.com and self-managed."""

from __future__ import annotations

from urllib.parse import quote

from paramedic.integrations import fields
from paramedic.integrations.forge import MOST_COMMENTS, NewPullRequest, PullRequest
from paramedic.integrations.gitlab import reading
from paramedic.integrations.http import Outside
from paramedic.model.errors import OutsideError
from paramedic.model.outcome import ReviewComment


def remedy(status: int) -> str:
    """What to do about a refusal."""
    return {
        401: "Set GITLAB_TOKEN to a valid token with the api scope.",
        403: "Give GITLAB_TOKEN the api scope and its user the Developer role in the project.",
        404: "Check the repository's slug (group/project), GITLAB_URL, and that GITLAB_TOKEN may see the project.",
        409: "Another merge request is open for this branch.",
        422: "Check that both branches exist and differ.",
    }.get(status, "")


class GitLab:
    """Merge requests of one project, ``slug`` being its whole path, groups included."""

    name = "gitlab"

    def __init__(self, slug: str, token: str, base_url: str = "https://gitlab.com") -> None:
        self._token = token
        self._path = f"/projects/{quote(slug, safe='')}/merge_requests"
        self._api = Outside("GitLab", f"{base_url}/api/v4", {"PRIVATE-TOKEN": token}, remedy)

    def find(self, head: str) -> PullRequest | None:
        params = {"source_branch": head, "state": "all", "scope": "all", "order_by": "created_at", "sort": "desc"}
        rows = self._api.get(self._path, **params)
        # Old versions ignore the filter, so the branch is compared here too.
        found = [pull for pull in map(reading.merge, fields.rows(rows)) if pull and pull.head == head]
        return found[0] if found else None

    def open(self, request: NewPullRequest) -> PullRequest:
        body = {
            "source_branch": request.head,
            "target_branch": request.base,
            "title": f"Draft: {request.title}" if request.draft else request.title,
            "description": request.body,
            "remove_source_branch": True,
        }
        try:
            opened = reading.merge(self._api.post(self._path, body))
        except OutsideError as error:
            existing = self.find(request.head) if error.status in (400, 409, 422) else None
            if existing is None:
                raise
            return existing
        if opened is None:
            raise OutsideError("GitLab opened a merge request but did not say which.")
        return opened

    def read(self, number: int) -> PullRequest:
        found = reading.merge(self._api.get(f"{self._path}/{number}"))
        if found is None:
            raise OutsideError(f"GitLab answered something other than merge request {number}.", permanent=True)
        return found

    def comments(self, number: int) -> list[ReviewComment]:
        place = f"{self._path}/{number}/notes"
        rows = self._api.pages(place, rows_at_most=MOST_COMMENTS, per_page=100, sort="asc", order_by="created_at")
        return [said for row in rows if (said := reading.note(fields.mapping(row)))]

    def push_credentials(self) -> tuple[str, str] | None:
        return ("oauth2", self._token)
