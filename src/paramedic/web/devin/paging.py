"""Pages as v3 has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import HTTPException, Query

Item = TypeVar("Item")

First = Annotated[int, Query(ge=1, le=200)]
After = Annotated[str | None, Query(max_length=200)]


def paged(items: list[dict[str, Any]], cursor: str | None, total: int | None) -> dict[str, Any]:
    """``cursor`` is None on the last page."""
    return {"items": items, "end_cursor": cursor, "has_next_page": cursor is not None, "total": total}


def cut(
    whole: Sequence[Item], first: int, after: str | None, name: Callable[[Item], str], show: Callable[[Item], dict[str, Any]]
) -> dict[str, Any]:
    """A page of a short list that is at hand; ``after`` is the name of the last item of the page before."""
    names = [name(item) for item in whole]
    if after is not None and after not in names:
        raise HTTPException(422, f"{after[:80]!r} is not the cursor of a page: send the end_cursor of the page before.")
    begin = names.index(after) + 1 if after is not None else 0
    page = whole[begin : begin + first]
    cursor = name(page[-1]) if page and begin + first < len(whole) else None
    return paged([show(item) for item in page], cursor, len(whole))
