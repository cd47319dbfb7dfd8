"""Comments on a pull request as GitHub writes them, and Gitea after it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from paramedic.integrations import fields
from paramedic.integrations.forge import LONGEST_COMMENT
from paramedic.model.outcome import ReviewComment


def read_comment(row: Mapping[str, Any], sort: str, verdict: str) -> ReviewComment | None:
    """``sort`` tells the three sorts of comments apart, which have ids of their own; ``verdict`` is what a review came to, in
    words. None where nothing was said."""
    body, known = fields.text(row.get("body"), LONGEST_COMMENT), fields.name(row.get("id"))
    if not known or not (body.strip() or verdict):
        return None
    written = fields.moment(row.get("submitted_at")) or fields.moment(row.get("created_at"))
    return ReviewComment(
        id=f"{sort}-{known}",
        author=login(row.get("user")),
        text=f"{verdict}\n{body}".strip() if verdict else body,
        at=written or datetime.now(UTC),
        url=fields.text(row.get("html_url"), 500),
        path=fields.text(row.get("path"), 500),
    )


def login(user: object) -> str:
    return fields.text(fields.mapping(user).get("login"), 100)
