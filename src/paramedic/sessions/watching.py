"""After a merge: which release carries the fix, and whether its issue was heard of in it. Nothing is called silent before
enough events are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
import structlog

from paramedic.integrations.forges import open_forge
from paramedic.model.errors import SourceError
from paramedic.model.outcome import Basis, Fate, Outcome, SeenRelease, Silence
from paramedic.reports.outcome import silence_of
from paramedic.sessions.pulls import STAGE, decide
from paramedic.settings import Configuration, Settings
from paramedic.settings.file import RepositoryConfig
from paramedic.source.repository import Repository
from paramedic.store import hours, issues, outcomes, releases
from paramedic.store import sessions as store
from paramedic.store.engine import reading
from paramedic.store.issues import Issue
from paramedic.triage.silence import BEFORE_HOURS, is_later, judge, rate_before

log = structlog.get_logger()

LOOK_AGAIN = timedelta(minutes=30)
WATCHED = timedelta(days=90)
"""So long after the merge a release is waited for, and a verdict looked for; a return is heard of at any time."""
_CANDIDATES = 40
_UNNAMED = "Events of this issue came since that name no release, so nothing can be told from its absence in others."


@dataclass(frozen=True, slots=True)
class Heard:
    """What the database knows: releases of the project since the merge, those of the issue, and its hours."""

    issue: Issue
    releases: tuple[SeenRelease, ...]
    own: tuple[SeenRelease, ...]
    hours: tuple[tuple[int, int], ...]
    last_before: str | None


def open_repository(config: RepositoryConfig, settings: Settings) -> Repository:
    """Its mirror, brought up to date. Raises ``OutsideError`` or ``NotConfigured``."""
    forge = open_forge(config, settings) if config.url.startswith(("https://", "http://")) else None
    repository = Repository(config.url, settings.home, credentials=forge.push_credentials() if forge else None)
    repository.fetch()
    return repository


def watch(engine: sa.Engine, settings: Settings, configuration: Configuration, outcome: Outcome) -> None:
    """Judge one merged fix as things stand. Raises ``OutsideError`` when its repository cannot be read."""
    config = configuration.repositories.get(outcome.repository)
    with reading(engine).connect() as connection:
        heard = _heard(connection, outcome)
    repository = open_repository(config, settings) if config else None
    if repository and outcome.commit and repository.revert_of(outcome.commit, config.default_branch if config else None):
        with engine.begin() as connection:
            decide(connection, outcome, Fate.REVERTED, None, next_look_at=None)
            outcomes.change(connection, outcome.effect, next_look_at=None)
        return
    carriers = _carriers(outcome, heard, repository, config.release_tag if config else "")
    changes = _judged(outcome, heard, carriers, configuration)
    with engine.begin() as connection:
        _keep(connection, outcome, changes)


def _heard(connection: sa.Connection, outcome: Outcome) -> Heard:
    issue = issues.read(connection, outcome.issue_id)
    merged_hour = int(outcome.fate_at.timestamp()) // 3600
    return Heard(
        issue,
        releases.of_project(connection, issue.project, outcome.fate_at, _CANDIDATES),
        releases.of_issue(connection, issue.id),
        hours.of_issue(connection, issue.id, merged_hour - BEFORE_HOURS),
        releases.last_before(connection, issue.project, outcome.fate_at),
    )


def _carriers(
    outcome: Outcome, heard: Heard, repository: Repository | None, release_tag: str
) -> dict[str, tuple[SeenRelease, Basis]]:
    """The releases that carry the fix, the first seen first, and how that is known."""
    found: dict[str, tuple[SeenRelease, Basis]] = {}
    since_merge = {one.version: one for one in (*heard.releases, *heard.own) if one.version and one.last_at >= outcome.fate_at}
    for release in sorted(since_merge.values(), key=lambda one: one.first_at):
        basis = _basis(outcome, release, heard.last_before, repository, release_tag)
        if basis is not None:
            found[release.version] = (release, basis)
    return found


def _basis(
    outcome: Outcome, release: SeenRelease, last_before: str | None, repository: Repository | None, release_tag: str
) -> Basis | None:
    """Git's word where it has one; else the order in which releases were seen. None when the release does not carry it."""
    carries = _by_git(repository, release.version, outcome.commit, release_tag)
    if carries is not None:
        return Basis.GIT if carries else None
    later = release.first_at >= outcome.fate_at and is_later(release.version, last_before)
    return Basis.ORDER if later else None


def _by_git(repository: Repository | None, release: str, merged: str | None, release_tag: str) -> bool | None:
    if repository is None or not merged:
        return None
    try:
        commit = repository.commit_of_release(release, release_tag)
    except SourceError:
        # A release may be named as no tag can be.
        return None
    return repository.contains(commit, merged) if commit else None


def _judged(
    outcome: Outcome, heard: Heard, carriers: Mapping[str, tuple[SeenRelease, Basis]], configuration: Configuration
) -> dict[str, object]:
    now = datetime.now(UTC)
    late = now - outcome.fate_at > WATCHED
    known: dict[str, object] = {
        "judged_at": now,
        "failures": 0,
        "problem": None,
        "next_look_at": None if late else now + LOOK_AGAIN,
    }
    if not carriers:
        return known | {"silence": Silence.WAITING.value, "release": None, "basis": None, "released_at": None}
    release, basis = next(iter(carriers.values()))
    released_at = max(release.first_at, outcome.fate_at)
    known |= {"release": release.version, "basis": basis.value, "released_at": released_at}
    returned = [one for one in heard.own if one.version in carriers and one.last_at >= outcome.fate_at]
    if returned:
        return known | _returned(returned[0], carriers[returned[0].version][1], outcome)
    per_hour = rate_before(heard.hours, outcome.fate_at, heard.issue.first_seen)
    released_hour = int(released_at.timestamp()) // 3600
    seen = sum(count for hour, count in heard.hours if hour > released_hour)
    rules = configuration.outcomes
    verdict = judge(per_hour, released_at, now, seen, least_expected=rules.expected_events, least_hours=rules.hours)
    silence = verdict.silence
    if any(one.version == "" and one.last_at >= released_at for one in heard.own):
        silence, known["problem"] = Silence.WATCHING, _UNNAMED
    if silence is Silence.SILENT:
        known["next_look_at"] = None
    return known | {"silence": silence.value, "per_hour": per_hour, "expected": verdict.expected, "seen": seen}


def _returned(release: SeenRelease, basis: Basis, outcome: Outcome) -> dict[str, object]:
    return {
        "silence": Silence.REGRESSED.value,
        "basis": basis.value,
        "regressed_at": max(release.first_at, outcome.fate_at),
        "regressed_release": release.version,
        "regressed_event": release.event,
        "next_look_at": None,
    }


def _keep(connection: sa.Connection, before: Outcome, changes: Mapping[str, object]) -> None:
    """Put it down; a changed silence is said in the session's log, and a return is for the rules like any regression."""
    current = outcomes.read(connection, before.effect)
    if current is None or current.fate is not Fate.MERGED or current.silence is Silence.REGRESSED:
        return
    outcomes.change(connection, before.effect, **changes)
    after = outcomes.read(connection, before.effect)
    if after is None or (after.silence, after.release) == (before.silence, before.release):
        return
    store.append_log(connection, before.session_id, STAGE, silence_of(after))
    log.info("fix_judged", issue_id=before.issue_id, silence=changes["silence"], release=after.release, basis=after.basis)
    if after.silence is Silence.REGRESSED and not _is_answered(
        store.recent(connection, issue_id=before.issue_id, limit=1), after
    ):
        issues.come_back(connection, before.issue_id)


def _is_answered(newest: Sequence[store.Session], outcome: Outcome) -> bool:
    """Whether a session was started since it came back, such as by a webhook that told of the regression first."""
    return bool(newest) and outcome.regressed_at is not None and newest[0].created_at >= outcome.regressed_at
