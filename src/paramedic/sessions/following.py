"""Looking at followed fixes when they are due: forges are asked about open pull requests, merged ones are judged.

A fallback where webhooks are set up, and the only way where they are not. Polite: a bounded number at once, less often with
age, later after each failure, and not before a forge that asked to be left alone wants to be asked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
import structlog

from paramedic.integrations.forge import Forge, PullRequest
from paramedic.integrations.forges import open_forge
from paramedic.model.errors import NotConfigured, OutsideError, ParamedicError
from paramedic.model.outcome import Fate, Outcome
from paramedic.sessions.pulls import decide, learn_comments, learn_state
from paramedic.sessions.watching import open_repository, watch
from paramedic.settings import Configuration, Settings
from paramedic.settings.file import ForgeName, RepositoryConfig
from paramedic.store import outcomes
from paramedic.store.engine import reading

log = structlog.get_logger()

AT_ONCE = 5
LEASE = timedelta(minutes=10)
LONGEST = timedelta(days=1)
CLOSED_FOR = timedelta(days=14)
"""So long a closed pull request may be opened again; then it is not asked about any more."""
_AGES = (
    (timedelta(days=1), timedelta(minutes=5)),
    (timedelta(days=7), timedelta(minutes=30)),
    (timedelta(days=30), timedelta(hours=3)),
)
_WITH_WEBHOOK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Follower:
    settings: Settings
    configuration: Configuration
    engine: sa.Engine


def follow(follower: Follower) -> None:
    """Look at what is due the longest; what is more than a few waits for the next round."""
    with reading(follower.engine).connect() as connection:
        fresh, due = outcomes.has_new(connection), outcomes.due(connection, datetime.now(UTC), AT_ONCE)
    if fresh:
        with follower.engine.begin() as connection:
            outcomes.follow_new(connection)
    for outcome in due:
        with follower.engine.begin() as connection:
            # Whoever dies over it leaves it to be taken up when the lease is over.
            taken = outcomes.claim(connection, outcome, datetime.now(UTC) + LEASE)
        if taken:
            _look(follower, outcome)


def _look(follower: Follower, outcome: Outcome) -> None:
    try:
        if outcome.fate is Fate.MERGED:
            watch(follower.engine, follower.settings, follower.configuration, outcome)
        elif outcome.url is None and outcome.commit:
            _look_into_git(follower, outcome, outcome.commit)
        else:
            _ask(follower, outcome)
    except ParamedicError as error:
        _failed(follower, outcome, error)


def _look_into_git(follower: Follower, outcome: Outcome, commit: str) -> None:
    """A branch without a pull request is merged once its commit is in the history of the default branch."""
    config = _config(follower, outcome)
    repository = open_repository(config, follower.settings)
    branch = f"refs/heads/{config.default_branch}" if config.default_branch else "refs/paramedic/head"
    merged = repository.contains(branch, commit)
    with follower.engine.begin() as connection:
        if merged:
            decide(connection, outcome, Fate.MERGED, None, commit=commit, failures=0, problem=None)
        else:
            due = datetime.now(UTC) + pause(outcome, datetime.now(UTC), has_webhook=False)
            outcomes.change(connection, outcome.effect, next_look_at=due, failures=0, problem=None)


def _ask(follower: Follower, outcome: Outcome) -> None:
    config = _config(follower, outcome)
    forge = open_forge(config, follower.settings)
    if forge is None:
        raise NotConfigured(f"Repository {outcome.repository} has no forge any more.", remedy="Set forge in its table.")
    if not follower.configuration.outcomes.poll and outcome.comments_at is not None:
        with follower.engine.begin() as connection:
            outcomes.change(connection, outcome.effect, next_look_at=None)
        return
    pull = forge.find(outcome.branch) if outcome.number is None else forge.read(outcome.number)
    if pull is None:
        raise OutsideError(f"{forge.name} lists no pull request from {outcome.branch}.", permanent=True)
    _learn(follower, outcome, pull, forge, config.forge)


def _learn(follower: Follower, outcome: Outcome, pull: PullRequest, forge: Forge, name: ForgeName) -> None:
    unread = outcome.comments_at is None or pull.updated_at is None or pull.updated_at > outcome.comments_at
    written = forge.comments(pull.number) if unread else ()
    now = datetime.now(UTC)
    with follower.engine.begin() as connection:
        changed = learn_state(connection, outcome, pull)
        learn_comments(connection, outcome, written)
        known = outcomes.read(connection, outcome.effect) or outcome
        values: dict[str, object] = {"comments_at": pull.updated_at or now} if unread else {}
        if not (changed and known.fate is Fate.MERGED):
            values["next_look_at"] = _next(known, now, follower.settings, name)
        outcomes.change(connection, outcome.effect, **values)


def _next(outcome: Outcome, now: datetime, settings: Settings, forge: ForgeName) -> datetime | None:
    if outcome.fate is Fate.CLOSED and now - outcome.fate_at > CLOSED_FOR:
        return None
    return now + pause(outcome, now, has_webhook=has_webhook(settings, forge))


def pause(outcome: Outcome, now: datetime, *, has_webhook: bool) -> timedelta:
    """How long until it is asked about again."""
    age = now - outcome.opened_at
    by_age = next((often for until, often in _AGES if age < until), LONGEST)
    if outcome.fate is Fate.CLOSED:
        by_age = LONGEST
    return max(by_age, _WITH_WEBHOOK) if has_webhook else by_age


def has_webhook(settings: Settings, forge: ForgeName) -> bool:
    """Whether deliveries of this forge can be verified, so that it is worth the less to ask."""
    return {
        ForgeName.GITHUB: settings.github_webhook_secret,
        ForgeName.GITLAB: settings.gitlab_signing_token or settings.gitlab_webhook_secret,
        ForgeName.GITEA: settings.gitea_webhook_secret,
    }.get(forge) is not None


def _failed(follower: Follower, outcome: Outcome, error: ParamedicError) -> None:
    """Ask again later, twice as late after each failure; and nothing at all of a forge that wants to be left alone."""
    now = datetime.now(UTC)
    grown = pause(outcome, now, has_webhook=False) * 2 ** min(outcome.failures + 1, 12)
    wished = error.retry_after_seconds if isinstance(error, OutsideError) else None
    until = now + (timedelta(seconds=min(wished, LONGEST.total_seconds())) if wished is not None else min(grown, LONGEST))
    problem = str(error)[:500]
    log.warning("outcome_not_known", effect=outcome.effect[:12], reason=problem, until=until.isoformat())
    with follower.engine.begin() as connection:
        outcomes.change(connection, outcome.effect, next_look_at=until, failures=outcome.failures + 1, problem=problem)
        if wished is not None:
            outcomes.put_off(connection, _same_forge(follower.configuration, outcome.repository), until)


def _same_forge(configuration: Configuration, repository: str) -> list[str]:
    config = configuration.repositories.get(repository)
    return [name for name, other in configuration.repositories.items() if config and other.forge is config.forge]


def _config(follower: Follower, outcome: Outcome) -> RepositoryConfig:
    config = follower.configuration.repositories.get(outcome.repository)
    if config is None:
        raise NotConfigured(f"There is no [repositories.{outcome.repository}] any more.", remedy="Put it back.")
    return config
