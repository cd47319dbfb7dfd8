"""Pull requests and comments of Gitea and Forgejo as values, whether the API or a webhook carries them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paramedic.integrations import fields
from paramedic.integrations.forge import PullRequest, PullState
from paramedic.integrations.reviews import login, read_comment
from paramedic.model.outcome import ReviewComment

_VERDICTS = {"APPROVED": "Approved.", "REQUEST_CHANGES": "Asks for changes."}


def pull(row: object) -> PullRequest | None:
    """None for what is no pull request."""
    document = fields.mapping(row)
    number = fields.number(document.get("number"))
    if number is None:
        return None
    merged = document.get("merged") is True
    is_open = document.get("state") != "closed" and not merged
    return PullRequest(
        number=number,
        url=fields.text(document.get("html_url"), 500),
        state=PullState.MERGED if merged else PullState.OPEN if is_open else PullState.CLOSED,
        head=_own_branch(document),
        base=_branch(fields.mapping(document.get("base"))),
        commit=fields.text(document.get("merge_commit_sha"), 64) or None if merged else None,
        since=fields.moment(document.get("merged_at" if merged else "closed_at")) if not is_open else None,
        by=login(document.get("merged_by")) if merged else "",
        updated_at=fields.moment(document.get("updated_at")),
    )


def comment(row: Mapping[str, Any], sort: str) -> ReviewComment | None:
    """See ``read_comment``; a review says in its state what it came to."""
    return read_comment(row, sort, _VERDICTS.get(fields.text(row.get("state"), 20), "") if sort == "review" else "")


def _own_branch(document: Mapping[str, Any]) -> str:
    head, base = fields.mapping(document.get("head")), fields.mapping(document.get("base"))
    return _branch(head) if head.get("repo_id") == base.get("repo_id") else ""


def _branch(side: Mapping[str, Any]) -> str:
    """``ref`` becomes refs/pull/N/head once the branch is deleted; ``label`` keeps its name."""
    ref = fields.text(side.get("ref"), 250)
    return fields.text(side.get("label"), 250) if ref.startswith("refs/") else ref
