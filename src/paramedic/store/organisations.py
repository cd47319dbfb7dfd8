"""The organisation behind an installation: issue hooks name only the latter."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from paramedic.store.schema import organisations


def learn(connection: sa.Connection, installation: str, slug: str) -> None:
    write = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(organisations)
    row = {"installation": installation[:64], "slug": slug[:120]}
    connection.execute(write.values(row).on_conflict_do_update(index_elements=["installation"], set_={"slug": row["slug"]}))


def slug_of(connection: sa.Connection, installation: str) -> str | None:
    query = sa.select(organisations.c.slug).where(organisations.c.installation == installation)
    return connection.execute(query).scalar_one_or_none()
