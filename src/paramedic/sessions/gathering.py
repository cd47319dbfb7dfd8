"""What a session looks at: its event, what Sentry and earlier sessions know of the issue, and the source that crashed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import sqlalchemy as sa

from paramedic.effects.markdown import plain
from paramedic.effects.messages import Subject
from paramedic.integrations.sentry.event import parse_event
from paramedic.integrations.sentry.facts import Upstream
from paramedic.integrations.sentry.upstream import gather_upstream
from paramedic.model.errors import NotConfigured, SourceError
from paramedic.model.event import Event
from paramedic.reports.outcome import summary_of
from paramedic.sessions import library
from paramedic.sessions.desk import Checkout, Desk
from paramedic.source.git import git_text
from paramedic.source.repository import Repository, Resolved
from paramedic.store import events, issues, outcomes
from paramedic.store import sessions as store
from paramedic.store.engine import reading
from paramedic.store.service_users import HOME_ORGANISATION
from paramedic.store.sessions import Session


@dataclass(frozen=True, slots=True)
class Gathered:
    event: Event | None
    upstream: Upstream
    earlier: tuple[Session, ...]
    became: str = ""


def gather(desk: Desk) -> Gathered:
    """Never raises for what an outside system does not offer."""
    session = desk.session
    with reading(desk.house.engine).connect() as connection:
        body = events.event_body(connection, desk.issue_id, session.event_id)
        last = store.last_finished(connection, desk.issue_id)
        became = what_became(connection, desk.issue_id)
    stored = parse_event(json.loads(body)) if body is not None else None
    upstream = _ask_sentry(desk, stored)
    event = stored if stored is not None and (stored.exceptions or upstream.event is None) else upstream.event
    return Gathered(event, upstream, (last,) if last else (), became)


def learn(desk: Desk, upstream: Upstream) -> None:
    """An issue that was adopted from its address gets its name, and the session the project that it belongs to."""
    facts = upstream.issue
    if facts is None:
        return
    with desk.house.engine.begin() as connection:
        issue = issues.read(connection, desk.issue_id)
        if issue.count or issue.title != issues.provisional_title(issue.upstream_id or ""):
            return
        namesake = issues.by_upstream(connection, facts.id)
        # Under the key that hooks give it, so that news of it finds it here.
        key = f"sentry:{facts.id}"[:80] if namesake is None or namesake.id == issue.id else None
        issues.learn(
            connection, issue.id, project=facts.project, title=facts.title[:500], culprit=facts.culprit[:300],
            short_id=facts.short_id, upstream_id=facts.id, url=facts.permalink, group_key=key,
        )  # fmt: skip
        if facts.project:
            store.move(connection, desk.session_id, facts.project)
    desk.forget_session()


def recall(desk: Desk, event: Event) -> None:
    """What people taught about failures like this one, for the log and for whoever works on it next."""
    project = desk.house.configuration.projects.get(desk.session.project or "")
    config = desk.house.configuration.repositories.get(project.repository or "") if project else None
    text = " ".join((event.title, event.culprit, desk.session.project or ""))
    request = desk.request
    with desk.house.engine.begin() as connection:
        library.recall_knowledge(
            connection,
            desk.session_id,
            request.org_id if request else HOME_ORGANISATION,
            text,
            repositories=[name for name in (project and project.repository, config and config.slug) if name],
            named=request.options.get("knowledge_ids") if request else None,
        )


def similar(desk: Desk, cause: str | None) -> tuple[Session, ...]:
    """Finished sessions of other issues with the same root cause."""
    if cause is None:
        return ()
    with reading(desk.house.engine).connect() as connection:
        return store.similar(connection, cause, desk.issue_id)


def find_checkout(desk: Desk, event: Event | None, upstream: Upstream) -> Checkout:
    """The commit of the crashing release, and the branch that a fix is made for."""
    name, config = desk.repository()
    repository = Repository(config.url, desk.house.settings.home)
    repository.fetch()
    release = event.release if event else None
    found = _of_sentry(repository, upstream)
    if found is None:
        found = repository.resolve(release=release, branch=config.default_branch, release_tag=config.release_tag)
    return Checkout(name, found.commit, found.how, config.default_branch or _default_branch(repository))


def subject_of(desk: Desk, upstream: Upstream, earlier: tuple[Session, ...] = (), alike: tuple[Session, ...] = ()) -> Subject:
    """The issue as messages speak of it: Sentry's own counts where they could be had, else ours."""
    with reading(desk.house.engine).connect() as connection:
        ours = issues.facts(connection, desk.issue_id)
        became = what_became(connection, desk.issue_id)
    theirs, series = upstream.issue, upstream.frequency
    hours = series.hours if series else ours.hours
    last = earlier[0] if earlier else None
    return Subject(
        issue_id=theirs.id if theirs else str(ours.id),
        title=theirs.title if theirs else ours.title,
        short_id=(theirs.short_id if theirs else None) or ours.short_id,
        url=(theirs.permalink if theirs else None) or ours.url,
        last_hour=series.last_hour if series else ours.last_hour,
        last_day=series.last_day if series else ours.last_day,
        users=(series.users if series else None) or ours.users,
        hours=hours,
        earlier=f"{last.verdict}: {last.summary} {became}".rstrip() if last and last.verdict else None,
        alike=tuple(f"issue {session.issue_id}: {session.verdict}: {session.summary}" for session in alike),
    )


def what_became(connection: sa.Connection, issue_id: int) -> str:
    """The outcome of the newest fix that was proposed for the issue, for whoever comes after it; "" where there is none."""
    followed = outcomes.of_issue(connection, issue_id)
    return plain(summary_of(followed[0]), 400) if followed else ""


def _ask_sentry(desk: Desk, stored: Event | None) -> Upstream:
    settings = desk.house.settings
    with reading(desk.house.engine).connect() as connection:
        upstream_id = issues.facts(connection, desk.issue_id).upstream_id
    upstream_id = upstream_id or (stored.issue_id if stored else None)
    if upstream_id is None:
        return Upstream()
    try:
        return gather_upstream(settings, upstream_id, desk.session.event_id)
    except NotConfigured as error:
        return Upstream(missing=(f"Sentry was not asked: {error}",))


def _of_sentry(repository: Repository, upstream: Upstream) -> Resolved | None:
    """The commit that Sentry was told for the release, when the repository has it."""
    release = upstream.release
    if release is None or release.commit is None:
        return None
    try:
        found = repository.resolve(ref=release.commit)
    except SourceError:
        return None
    return Resolved(found.commit, f"Sentry names it as the commit of release {release.version}", exact=True)


def _default_branch(repository: Repository) -> str:
    answer = git_text(None, "ls-remote", "--symref", "--", repository.url, "HEAD", outside=True)
    found = re.search(r"^ref: refs/heads/(\S+)\s+HEAD", answer, re.MULTILINE)
    return found[1] if found else "main"
