"""All that an upstream server offers about one issue, and by name what it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from paramedic.integrations.sentry.client import SentryClient
from paramedic.integrations.sentry.facts import Commit, Flavour, Frequency, IssueFacts, Tag, Upstream
from paramedic.model.errors import OutsideError
from paramedic.model.event import Event

Found = TypeVar("Found")

TAGS = ("release", "environment", "browser", "browser.name", "os", "os.name", "device", "url", "level")
"""Old servers have ``browser`` and ``os``, newer ones ``browser.name`` and ``os.name`` beside them."""

_NOT_OFFERED = {
    Flavour.GLITCHTIP: ("GlitchTip keeps no suspect commits.", "GlitchTip cannot count users by time."),
}


class _Gathering:
    """Asks one question after the other; a failed one becomes a sentence in ``missing`` and the next is asked."""

    def __init__(self, client: SentryClient) -> None:
        self.client = client
        self.missing: list[str] = list(_NOT_OFFERED.get(client.flavour, ()))

    def ask(self, what: str, question: Callable[[], Found], otherwise: Found) -> Found:
        try:
            return question()
        except OutsideError as error:
            self.missing.append(f"{what}: {error}")
            return otherwise


def gather(client: SentryClient, issue_id: str, event_id: str | None = None) -> Upstream:
    """Never raises for what a server lacks. Without the issue itself, the rest is not asked for."""
    asking = _Gathering(client)
    answer = asking.ask("The issue", lambda: client.issue(issue_id), None)
    if answer is None:
        return Upstream(client.flavour, missing=tuple(asking.missing))
    issue, series = answer
    event = asking.ask("The event", lambda: client.event(issue_id, event_id), None)
    found = Upstream(
        client.flavour, issue, event=event, frequency=_frequency(asking, issue, series), tags=_tags(asking, issue_id)
    )
    return replace(_history(asking, found, issue, event), missing=tuple(asking.missing))


def _frequency(asking: _Gathering, issue: IssueFacts, series: Frequency | None) -> Frequency | None:
    if series is None:
        series = asking.ask("The frequency", lambda: asking.client.events_last_day(issue.id), None)
    if series is None or not issue.short_id or asking.client.flavour is not Flavour.SENTRY:
        return series
    short_id = issue.short_id
    users = asking.ask("Users of the last day", lambda: asking.client.users_last_day(short_id), None)
    return replace(series, users=users)


def _tags(asking: _Gathering, issue_id: str) -> tuple[Tag, ...]:
    tags = []
    for key in TAGS:
        try:
            tags.append(asking.client.tag(issue_id, key))
        except OutsideError as error:
            # A tag that no event carries is a 404, which is an answer.
            if error.status != 404:
                asking.missing.append(f"The tag {key}: {error}")
                break
    return tuple(tag for tag in tags if tag.values)


def _history(asking: _Gathering, found: Upstream, issue: IssueFacts, event: Event | None) -> Upstream:
    version = (event.release if event else None) or issue.last_release
    if version:
        found = replace(found, release=asking.ask("The release", lambda: asking.client.release(version), None))
    project = issue.project
    if project and event and asking.client.flavour is Flavour.SENTRY:
        none: tuple[Commit, ...] = ()
        commits = asking.ask("Suspect commits", lambda: asking.client.suspect_commits(project, event.event_id), none)
        found = replace(found, suspect_commits=commits)
    return found
