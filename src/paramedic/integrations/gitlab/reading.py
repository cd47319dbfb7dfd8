"""GitLab's merge requests and notes as values, whether its API or a webhook of it carries them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from paramedic.integrations import fields
from paramedic.integrations.forge import LONGEST_COMMENT, PullRequest, PullState
from paramedic.model.outcome import ReviewComment

_STATES = {"opened": PullState.OPEN, "locked": PullState.OPEN, "closed": PullState.CLOSED, "merged": PullState.MERGED}


def merge(row: object) -> PullRequest | None:
    """None for what is no merge request. Webhooks have ``url`` where the API has ``web_url``."""
    document = fields.mapping(row)
    number = fields.number(document.get("iid"))
    if number is None:
        return None
    state = _STATES.get(fields.text(document.get("state"), 20), PullState.OPEN)
    actors = {PullState.MERGED: ("merge_user", "merged_by"), PullState.CLOSED: ("closed_by",)}.get(state, ())
    moments = {PullState.MERGED: "merged_at", PullState.CLOSED: "closed_at"}
    return PullRequest(
        number=number,
        url=fields.text(document.get("web_url") or document.get("url"), 500),
        state=state,
        head=_own_branch(document),
        base=fields.text(document.get("target_branch"), 250),
        commit=_merged(document) if state is PullState.MERGED else None,
        since=fields.moment(document.get(moments.get(state, ""))),
        by=next((who for actor in actors if (who := _username(document.get(actor)))), ""),
        updated_at=fields.moment(document.get("updated_at")),
    )


def note(row: Mapping[str, Any], author: object = None) -> ReviewComment | None:
    """None for what GitLab itself noted. Webhooks have ``note`` where the API has ``body``, and the author beside it."""
    body, known = fields.text(row.get("body") or row.get("note"), LONGEST_COMMENT), fields.name(row.get("id"))
    if not known or not body.strip() or row.get("system") is True:
        return None
    return ReviewComment(
        id=f"note-{known}",
        author=_username(row.get("author") or author),
        text=body,
        at=fields.moment(row.get("created_at")) or datetime.now(UTC),
        url=fields.text(row.get("url"), 500),
        path=fields.text(fields.mapping(row.get("position")).get("new_path"), 500),
    )


def _merged(document: Mapping[str, Any]) -> str | None:
    """A fast-forward makes no merge commit: then the squashed one, else the head itself, is what was merged."""
    last = fields.mapping(document.get("last_commit")).get("id")
    found = (document.get("merge_commit_sha"), document.get("squash_commit_sha"), document.get("sha"), last)
    return next((sha for value in found if (sha := fields.text(value, 64))), None)


def _own_branch(document: Mapping[str, Any]) -> str:
    same = document.get("source_project_id") == document.get("target_project_id")
    return fields.text(document.get("source_branch"), 250) if same else ""


def _username(user: object) -> str:
    return fields.text(fields.mapping(user).get("username"), 100)
