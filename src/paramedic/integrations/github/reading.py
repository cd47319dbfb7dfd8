"""GitHub's pull requests and comments as values, whether its API or a webhook of it carries them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from paramedic.integrations import fields
from paramedic.integrations.forge import LONGEST_COMMENT, PullRequest, PullState
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
        by=_login(document.get("merged_by")) if merged_at else "",
        updated_at=fields.moment(document.get("updated_at")),
    )


def comment(row: Mapping[str, Any], sort: str) -> ReviewComment | None:
    """``sort`` tells the three sorts of comments apart, which have ids of their own. None where nothing was said."""
    body = fields.text(row.get("body"), LONGEST_COMMENT)
    verdict = _VERDICTS.get(fields.text(row.get("state"), 20).lower(), "") if sort == "review" else ""
    written = fields.moment(row.get("submitted_at")) or fields.moment(row.get("created_at"))
    known = fields.name(row.get("id"))
    if not known or not (body.strip() or verdict):
        return None
    return ReviewComment(
        id=f"{sort}-{known}",
        author=_login(row.get("user")),
        text=f"{verdict}\n{body}".strip() if verdict else body,
        at=written or datetime.now(UTC),
        url=fields.text(row.get("html_url"), 500),
        path=fields.text(row.get("path"), 500),
    )


def _own_branch(document: Mapping[str, Any]) -> str:
    head, base = fields.mapping(document.get("head")), fields.mapping(document.get("base"))
    homes = [fields.name(fields.mapping(side.get("repo")).get("id")) for side in (head, base)]
    return fields.text(head.get("ref"), 250) if homes[0] == homes[1] else ""


def _login(user: object) -> str:
    return fields.text(fields.mapping(user).get("login"), 100)
