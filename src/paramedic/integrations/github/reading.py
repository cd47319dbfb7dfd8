"""GitHub's pull requests and comments as values, whether its API or a webhook of it carries them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paramedic.integrations import fields
from paramedic.integrations.forge import PullRequest, PullState
from paramedic.integrations.reviews import login, read_comment
from paramedic.model.outcome import ReviewComment

_VERDICTS = {"approved": "Approved.", "changes_requested": "Asks for changes.", "dismissed": "Dismissed."}


def pull(row: object) -> PullRequest | None:
    """None for what is no pull request."""
    document = fields.mapping(row)
    number = fields.number(document.get("number"))
    if number is None:
        return None
    merged_at, closed_at = fields.moment(document.get("merged_at")), fields.moment(document.get("closed_at"))
    is_open = document.get("state") != "closed" and not merged_at
    state = PullState.MERGED if merged_at else PullState.OPEN if is_open else PullState.CLOSED
    return PullRequest(
        number=number,
        url=fields.text(document.get("html_url"), 500),
        state=state,
        head=_own_branch(document),
        base=fields.text(fields.mapping(document.get("base")).get("ref"), 250),
        # Of one that is not merged, it is a trial merge that nobody keeps.
        commit=fields.text(document.get("merge_commit_sha"), 64) or None if merged_at else None,
        since=merged_at or (None if is_open else closed_at),
        by=login(document.get("merged_by")) if merged_at else "",
        updated_at=fields.moment(document.get("updated_at")),
    )


def comment(row: Mapping[str, Any], sort: str) -> ReviewComment | None:
    """See ``read_comment``; a review says in its state what it came to."""
    return read_comment(row, sort, _VERDICTS.get(fields.text(row.get("state"), 20).lower(), "") if sort == "review" else "")


def _own_branch(document: Mapping[str, Any]) -> str:
    head, base = fields.mapping(document.get("head")), fields.mapping(document.get("base"))
    homes = [fields.name(fields.mapping(side.get("repo")).get("id")) for side in (head, base)]
    return fields.text(head.get("ref"), 250) if homes[0] == homes[1] else ""
