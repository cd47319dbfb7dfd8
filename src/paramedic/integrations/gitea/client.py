"""Gitea and Forgejo, REST API v1."""

from __future__ import annotations

from urllib.parse import quote

from paramedic.integrations.forge import NewPullRequest, PullRequest, PullState
from paramedic.integrations.http import Outside
from paramedic.model.errors import OutsideError

_PAGE = 50
_LOOKED_AT = 500


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
        self._api = Outside("Gitea", f"{base_url}/api/v1", {"Authorization": f"token {token}"}, remedy)

    def find(self, head: str) -> PullRequest | None:
        # There is no filter by head branch that all versions have, so the newest are looked through.
        for row in self._api.pages(self._path, rows_at_most=_LOOKED_AT, state="all", sort="newest", limit=_PAGE):
            pull = _pull(row)
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
            opened = _pull(self._api.post(self._path, body))
        except OutsideError as error:
            existing = self.find(request.head) if error.status in (409, 422) else None
            if existing is None:
                raise
            return existing
        if opened is None:
            raise OutsideError("Gitea opened a pull request but did not say which.")
        return opened

    def push_credentials(self) -> tuple[str, str] | None:
        return (self._owner, self._token)


def _pull(row: object) -> PullRequest | None:
    if not isinstance(row, dict) or not isinstance(row.get("number"), int):
        return None
    head, base = row.get("head") or {}, row.get("base") or {}
    state = PullState.MERGED if row.get("merged") else PullState(str(row.get("state", "open")))
    return PullRequest(row["number"], str(row.get("html_url", "")), state, _branch(head), _branch(base))


def _branch(side: dict[str, object]) -> str:
    """``ref`` becomes refs/pull/N/head once the branch is deleted; ``label`` keeps its name."""
    ref = str(side.get("ref", ""))
    return str(side.get("label", "")) if ref.startswith("refs/") else ref
