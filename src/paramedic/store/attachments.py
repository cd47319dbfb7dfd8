"""Files that callers of the sessions API send for sessions to read, and how a prompt names them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa

from paramedic.model.attachment import Attachment
from paramedic.model.errors import BadInput
from paramedic.store.schema import attachments

MOST = 500
"""Of one organisation."""
KEPT = timedelta(days=30)
MOST_NAMED = 20
"""In one session; further ones are not looked at."""
_NAMED = re.compile(r'^\s*ATTACHMENT:\s*"+([^"\s]{1,2000})"+\s*$', re.MULTILINE)
_ADDRESS = re.compile(r"/attachments/(file-[0-9a-f]{32})(?:/|$)")
_TYPE = re.compile(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,58}")


def add(connection: sa.Connection, org_id: str, name: str | None, content_type: str | None, data: bytes, who: str) -> Attachment:
    """Raises ``BadInput`` when an organisation has as many as it may."""
    count = sa.select(sa.func.count()).select_from(attachments).where(attachments.c.org_id == org_id)
    if connection.execute(count).scalar_one() >= MOST:
        raise BadInput(f"There are {MOST} attachments already.", remedy=f"Each is forgotten after {KEPT.days} days.")
    kind = (content_type or "").partition(";")[0].strip().lower()
    made = Attachment(f"file-{uuid4().hex}", _plain(name), kind if _TYPE.fullmatch(kind) else "application/octet-stream", data)
    row = {"id": made.id, "name": made.name, "content_type": made.content_type, "data": made.data}
    moment = {"org_id": org_id, "created_by": who[:200], "created_at": datetime.now(UTC)}
    connection.execute(sa.insert(attachments).values(row | moment))
    return made


def read(connection: sa.Connection, org_id: str, names: Iterable[str]) -> tuple[Attachment, ...]:
    """Those of the organisation's that are called so, in the order of ``names``."""
    wanted = list(dict.fromkeys(names))
    columns = (attachments.c.id, attachments.c.name, attachments.c.content_type, attachments.c.data)
    rows = connection.execute(sa.select(*columns).where(attachments.c.org_id == org_id, attachments.c.id.in_(wanted)))
    found = {row.id: Attachment(*row) for row in rows}
    return tuple(found[name] for name in wanted if name in found)


def named_in(texts: Iterable[str], addresses: Iterable[str] = ()) -> tuple[str, ...]:
    """Ids that prompts name on a line of their own as ``ATTACHMENT:"address"``, or that stand in a list of addresses.

    Only the id of an address counts: whose server it names is not asked, and none is ever fetched."""
    said = (*(address for text in texts for address in _NAMED.findall(text)), *addresses)
    ids = (found[1] for address in said if (found := _ADDRESS.search(address)))
    return tuple(dict.fromkeys(ids))[:MOST_NAMED]


def forget(connection: sa.Connection, now: datetime | None = None) -> int:
    """Let the old ones go; how many there were."""
    old = attachments.c.created_at < (now or datetime.now(UTC)) - KEPT
    return connection.execute(sa.delete(attachments).where(old)).rowcount


def _plain(name: str | None) -> str:
    last = re.split(r"[/\\]", name or "")[-1]
    return "".join(letter if letter.isprintable() and letter not in '"<>' else "_" for letter in last)[:150].strip(". ") or "file"
