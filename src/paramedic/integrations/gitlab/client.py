"""GitLab, REST API v4: gitlab.com and self-managed."""

from __future__ import annotations

from urllib.parse import quote

from paramedic.integrations.forge import NewPullRequest, PullRequest, PullState
from paramedic.integrations.http import Outside
from paramedic.model.errors import OutsideError

_STATES = {"opened": PullState.OPEN, "locked": PullState.OPEN, "closed": PullState.CLOSED, "merged": PullState.MERGED}


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
        found = [pull for pull in map(_merge, rows if isinstance(rows, list) else []) if pull and pull.head == head]
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
            opened = _merge(self._api.post(self._path, body))
        except OutsideError as error:
            existing = self.find(request.head) if error.status in (400, 409, 422) else None
            if existing is None:
                raise
            return existing
        if opened is None:
            raise OutsideError("GitLab opened a merge request but did not say which.")
        return opened

    def push_credentials(self) -> tuple[str, str] | None:
        return ("oauth2", self._token)


def _merge(row: object) -> PullRequest | None:
    if not isinstance(row, dict) or not isinstance(row.get("iid"), int):
        return None
    state = _STATES.get(str(row.get("state")), PullState.OPEN)
    head, base = str(row.get("source_branch", "")), str(row.get("target_branch", ""))
    return PullRequest(row["iid"], str(row.get("web_url", "")), state, head, base)
