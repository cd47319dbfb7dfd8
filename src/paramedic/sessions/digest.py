"""From the inbox to issues: deliveries become counts and samples, each exactly once.

Reading and parsing happen outside any transaction, so that intake never waits for them. Then one short transaction settles
the deliveries and counts just those that nobody had settled before; killed in between, nothing was counted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa
import structlog

from paramedic.intake.forges import read_stored
from paramedic.integrations.forge import PullNews
from paramedic.integrations.sentry.event import parse_event
from paramedic.integrations.sentry.webhook import Carries, Hook, IssueNews, read_hook, read_legacy
from paramedic.model.event import Event, Origin
from paramedic.sessions.pulls import hear
from paramedic.sessions.releases import HeardEvent, note_releases
from paramedic.store import deliveries, issues, organisations
from paramedic.store.deliveries import Delivery, Waiting
from paramedic.store.engine import reading
from paramedic.store.events import Sample
from paramedic.store.issues import Sighting, StatusChange
from paramedic.triage.grouping import Grouping, group

log = structlog.get_logger()

BATCH = 300
UNKNOWN_PROJECT = "unknown"


@dataclass(frozen=True, slots=True)
class Read:
    """What one delivery says: an event, or news of an issue."""

    delivery_id: int
    project: str
    event: Event | None = None
    grouping: Grouping | None = None
    body: bytes = b""
    at: datetime | None = None
    news: IssueNews | None = None
    installation: str | None = None
    organisation: str | None = None

    @property
    def upstream_id(self) -> str | None:
        """Sentry's id of the issue that this is about."""
        return self.news.id if self.news else self.event.issue_id if self.event else None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a forge says of a pull request in a configured repository."""

    delivery_id: int
    repository: str
    news: PullNews


@dataclass(slots=True)
class Batch:
    read: list[Read] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    failed: list[tuple[int, str]] = field(default_factory=list)


def digest(engine: sa.Engine, limit: int = BATCH) -> int:
    """Digest the oldest waiting deliveries; how many there were."""
    with reading(engine).connect() as connection:
        waiting = deliveries.waiting(connection, limit)
    if not waiting:
        return 0
    batch = _read_all(waiting)
    with engine.begin() as connection:
        _settle(connection, batch)
    return len(waiting)


def _read_all(waiting: Sequence[Waiting]) -> Batch:
    batch = Batch()
    for row in waiting:
        try:
            found = read_delivery(row.id, row.delivery)
        except (ValueError, RecursionError) as error:
            batch.failed.append((row.id, f"{type(error).__name__}: {error}"))
            log.warning("delivery_unreadable", delivery=row.id, reason=str(error)[:200])
            continue
        if isinstance(found, Read):
            batch.read.append(found)
        elif isinstance(found, Heard):
            batch.heard.append(found)
        else:
            batch.skipped.append((row.id, found))
    return batch


def read_delivery(delivery_id: int, delivery: Delivery) -> Read | Heard | str:
    """What the delivery says, or why it is skipped. Raises ``ValueError`` when its JSON cannot be read."""
    document = _document(delivery.body)
    if delivery.kind == "forge":
        news = read_stored(delivery.resource or "", document)
        return news if isinstance(news, str) else Heard(delivery_id, delivery.project or "", news)
    if delivery.kind == "event":
        return _event(delivery_id, delivery, document, Origin.ENVELOPE, delivery.project, delivery.body)
    hook = read_legacy(document) if delivery.kind == "legacy" else read_hook(delivery.resource, document)
    if hook.carries is Carries.NOTHING:
        return hook.reason
    return _hook(delivery_id, delivery, hook)


def _document(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        # What SDKs do send and the fast parser refuses: NaN, lone surrogates.
        return json.loads(body)


def _hook(delivery_id: int, delivery: Delivery, hook: Hook) -> Read:
    project = hook.project or UNKNOWN_PROJECT
    if hook.issue is not None:
        return Read(
            delivery_id,
            project,
            news=hook.issue,
            at=_received(delivery),
            installation=hook.installation,
            organisation=hook.organisation,
        )
    origin = Origin.LEGACY if delivery.kind == "legacy" else Origin.WEBHOOK
    body = orjson.dumps(hook.event) if _is_plain(hook.event) else json.dumps(hook.event).encode()
    read = _event(delivery_id, delivery, hook.event, origin, project, body)
    return replace(read, installation=hook.installation, organisation=hook.organisation)


def _is_plain(event: Mapping[str, Any] | None) -> bool:
    try:
        orjson.dumps(event)
    except TypeError:
        return False
    return True


def _event(delivery_id: int, delivery: Delivery, document: object, origin: Origin, project: str | None, body: bytes) -> Read:
    event = parse_event(document, origin=origin, brief=True)
    if origin is Origin.ENVELOPE:
        # A client may write anything into its event; only Sentry may name an issue of Sentry's.
        event = replace(event, issue_id=None, short_id=None, web_url=None)
    else:
        # The event's own reading knows the slug where the hook has only a number.
        project = event.project or project
    return Read(delivery_id, project or UNKNOWN_PROJECT, event, grouping_of(event), body, _happened(event, delivery))


def grouping_of(event: Event) -> Grouping:
    """Sentry's own issue where there is one; else our fingerprint."""
    if event.issue_id:
        return Grouping(f"sentry:{event.issue_id}"[:80], "Sentry's issue", (event.issue_id,))
    return group(event)


def _happened(event: Event, delivery: Delivery) -> datetime:
    """When the event says it happened, unless that lies in the future or so far back that a clock must be wrong."""
    received = _received(delivery)
    if event.timestamp is None or not -3600 < (received - event.timestamp).total_seconds() < 30 * 86400:
        return received
    return event.timestamp


def _received(delivery: Delivery) -> datetime:
    return datetime.fromtimestamp(delivery.received_at, UTC)


def _settle(connection: sa.Connection, batch: Batch) -> None:
    batch.read = _at_home(connection, batch.read)
    for delivery_id, reason in batch.failed:
        deliveries.put_off(connection, delivery_id, reason)
    for delivery_id, reason in batch.skipped:
        deliveries.settle(connection, [delivery_id], "skipped", reason, keep_body=False)
    events = [read for read in batch.read if read.event is not None]
    news = [read for read in batch.read if read.news is not None]
    fresh = deliveries.settle(connection, [read.delivery_id for read in events], "processed", keep_body=False)
    fresh |= deliveries.settle(connection, [read.delivery_id for read in news], "processed", keep_body=True)
    for read in batch.read:
        if read.delivery_id in fresh and read.installation and read.organisation:
            organisations.learn(connection, read.installation, read.organisation)
    _count(connection, [read for read in events if read.delivery_id in fresh])
    for read in news:
        if read.delivery_id in fresh:
            issues.change_status(connection, _change(read))
    for heard in batch.heard:
        _hear(connection, heard)


def _count(connection: sa.Connection, reads: Sequence[Read]) -> None:
    sightings = _sightings(reads)
    ids = issues.record(connection, sightings)
    known = {(one.project, one.group_key): issue_id for one, issue_id in zip(sightings, ids, strict=True)}
    heard = [
        HeardEvent(known[read.project, read.grouping.key], read.project, _storable(read.event.release or ""), read.at, read.event)
        for read in reads
        if read.event is not None and read.grouping is not None and read.at is not None
    ]
    note_releases(connection, heard)


def _hear(connection: sa.Connection, heard: Heard) -> None:
    if not deliveries.settle(connection, [heard.delivery_id], "processed", keep_body=False):
        return
    if reason := hear(connection, heard.repository, heard.news):
        deliveries.explain(connection, heard.delivery_id, reason)
        log.info("forge_hook_ignored", delivery=heard.delivery_id, reason=reason)


def _at_home(connection: sa.Connection, reads: list[Read]) -> list[Read]:
    """One project for each of Sentry's issues: some hooks name it by slug, some by number, some not at all."""
    named = {read.upstream_id: read.project for read in reads if read.upstream_id and read.project != UNKNOWN_PROJECT}
    known = issues.homes(connection, sorted({read.upstream_id for read in reads if read.upstream_id}))
    for upstream_id, project in known.items():
        if project == UNKNOWN_PROJECT and upstream_id in named:
            issues.move_home(connection, upstream_id, named[upstream_id])
            known[upstream_id] = named[upstream_id]
    home = {**named, **known}
    return [replace(read, project=home.get(read.upstream_id or "", read.project)) for read in reads]


def _sightings(reads: Sequence[Read]) -> list[Sighting]:
    """One for each issue of the batch, in a fixed order, so that two workers lock rows in the same one."""
    found: dict[tuple[str, str], Sighting] = {}
    for read in reads:
        if read.event is None or read.grouping is None or read.at is None:
            continue
        sighting = found.get((read.project, read.grouping.key))
        if sighting is None:
            sighting = found[read.project, read.grouping.key] = _first_sighting(read.project, read.event, read.grouping)
        _add(sighting, read.event, read.at, read.body)
    return [found[key] for key in sorted(found)]


def _first_sighting(project: str, event: Event, grouping: Grouping) -> Sighting:
    return Sighting(
        project=project,
        group_key=grouping.key,
        title=_storable(event.title),
        culprit=_storable(event.culprit),
        level=event.level.value,
        platform=event.platform,
        grouping={"method": grouping.method, "components": [_storable(part) for part in grouping.components]},
        environment=event.environment,
        upstream_id=event.issue_id,
        short_id=event.short_id,
        url=event.web_url,
    )


def _add(sighting: Sighting, event: Event, at: datetime, body: bytes) -> None:
    hour = int(at.timestamp()) // 3600
    sighting.count += 1
    sighting.hours[hour] = sighting.hours.get(hour, 0) + 1
    sighting.first_seen, sighting.last_seen = min(sighting.first_seen, at), max(sighting.last_seen, at)
    sighting.release = event.release or sighting.release
    sighting.samples.append(Sample(event.event_id or "", at, body))
    if event.user.key:
        sighting.users.add(hashlib.blake2b(event.user.key.encode("utf-8", "replace"), digest_size=8).hexdigest())


def _change(read: Read) -> StatusChange:
    news = read.news
    if news is None:
        raise ValueError("a delivery without news cannot change an issue")
    sighting = Sighting(
        project=read.project,
        group_key=f"sentry:{news.id}"[:80],
        title=_storable(news.title),
        culprit=_storable(news.culprit),
        level=news.level.value,
        platform=news.platform,
        grouping={"method": "Sentry's issue", "components": [news.id]},
        upstream_id=news.id,
        short_id=news.short_id,
        url=news.url,
        first_seen=news.first_seen or read.at or datetime.now(UTC),
        last_seen=news.last_seen or read.at or datetime.now(UTC),
    )
    return StatusChange(sighting, news.status, news.state, news.count, news.users)


def _storable(text: str) -> str:
    """PostgreSQL takes no NUL in a text, and no database takes a lone surrogate."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
