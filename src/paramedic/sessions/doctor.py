"""What is set up, what is missing, and what to do about it: the checks behind ``paramedic doctor`` and the health page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from paramedic.integrations.mcp.toolbox import Seen
from paramedic.integrations.mcp.tools import Standing
from paramedic.integrations.models.client import ModelClient, open_models, open_summary_model, try_out
from paramedic.integrations.sentry.client import SentryClient
from paramedic.model.errors import OutsideError, ParamedicError
from paramedic.sandbox.choose import choose_sandbox
from paramedic.sandbox.environment import find_uv
from paramedic.sessions.check import Check, Health
from paramedic.sessions.doctor_chats import examine_chats
from paramedic.sessions.doctor_running import examine_running
from paramedic.sessions.outside_tools import outside_tools
from paramedic.settings import Configuration, Settings, load_configuration
from paramedic.settings.exposure import refuse_exposure
from paramedic.settings.file import ForgeName, ProjectConfig, RepositoryConfig
from paramedic.settings.place import configuration_path
from paramedic.source.repository import Repository
from paramedic.store.engine import open_engine
from paramedic.store.migrate import upgrade


def examine(settings: Settings, *, online: bool = True, running: bool = True) -> Iterator[Check]:
    """Run every check, one by one, so that the caller can show each as it ends. ``online`` also asks outside systems,
    and ``running`` tells how what was served so far is doing."""
    yield _home(settings)
    yield _database(settings)
    yield _guarded("sandbox", lambda: choose_sandbox(settings.paramedic_sandbox).name)
    yield _guarded("uv", lambda: str(find_uv(settings.paramedic_uv)))
    yield _git()
    yield _guarded("API access", lambda: _access(settings))
    path = configuration_path(settings)
    try:
        configuration = load_configuration(path)
    except ParamedicError as error:
        yield Check("configuration", Health.FAILED, error.args[0], error.remedy)
        return
    yield _configuration(path, configuration)
    yield from _intake(settings, configuration)
    yield from _sentry(settings, online=online)
    yield from _models(settings, configuration, online=online)
    yield from examine_chats(settings, configuration, online=online)
    for name, repository in configuration.repositories.items():
        yield _forge_token(name, repository, settings)
        if online:
            yield _repository(name, repository, settings)
    if online and configuration.mcp:
        yield from _mcp(settings, configuration)
    if running:
        yield from examine_running(settings, configuration)


def _guarded(name: str, find: Callable[[], str]) -> Check:
    try:
        return Check(name, Health.OK, find())
    except ParamedicError as error:
        return Check(name, Health.FAILED, error.args[0], error.remedy)


def _access(settings: Settings) -> str:
    refuse_exposure(settings)
    return (
        "PARAMEDIC_API_TOKEN is set"
        if settings.paramedic_api_token
        else "no token: people's own tokens, and callers on this machine until there is a user"
    )


def _home(settings: Settings) -> Check:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return Check(
            "home", Health.FAILED, f"{settings.home}: {error.strerror}", "Set PARAMEDIC_HOME to a folder that can be written."
        )
    if not os.access(settings.home, os.W_OK):
        return Check(
            "home", Health.FAILED, f"{settings.home} cannot be written", "Set PARAMEDIC_HOME to a folder that can be written."
        )
    free_gib = shutil.disk_usage(settings.home).free / 2**30
    if free_gib < 2:
        return Check("home", Health.WARNING, f"{settings.home}: {free_gib:.1f} GiB free", "Environments need space; free some.")
    return Check("home", Health.OK, f"{settings.home}, {free_gib:.0f} GiB free")


def _database(settings: Settings) -> Check:
    kind = "PostgreSQL" if settings.database.startswith("postgresql") else "SQLite"
    try:
        with open_engine(settings.database).connect() as connection:
            connection.exec_driver_sql("SELECT 1")
    except (SQLAlchemyError, ParamedicError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        return Check("database", Health.FAILED, f"{kind}: {reason}", "Check DATABASE_URL, and that the server runs.")
    return Check("database", Health.OK, kind)


def _git() -> Check:
    path = shutil.which("git")
    return Check("git", Health.OK, path) if path else Check("git", Health.FAILED, "not found", "Install it: apt-get install git")


def _configuration(path: Path | None, configuration: Configuration) -> Check:
    if path is None:
        return Check(
            "configuration", Health.WARNING, "no paramedic.toml", "Write one: see docs/configuration.md, [repositories.NAME]."
        )
    unmapped = [name for name, project in configuration.projects.items() if project.repository is None]
    if unmapped:
        return Check(
            "configuration",
            Health.WARNING,
            f"{path}: no repository for {', '.join(unmapped)}",
            "Set repository in [projects.NAME].",
        )
    return Check(
        "configuration",
        Health.OK,
        f"{path}: {len(configuration.projects)} projects, {len(configuration.repositories)} repositories",
    )


def _intake(settings: Settings, configuration: Configuration) -> Iterator[Check]:
    if settings.webhook_signing_secret is None:
        yield Check(
            "webhook signature",
            Health.WARNING,
            "no secret: webhooks are refused",
            "Set SENTRY_CLIENT_SECRET to the integration's Client Secret (Settings → Developer Settings).",
        )
    else:
        yield Check("webhook signature", Health.OK, "SENTRY_CLIENT_SECRET is set")
    own = [_dsn(settings, project) for project in configuration.projects.values() if project.id and project.public_key]
    yield Check("SDK intake", Health.OK if own else Health.OFF, ", ".join(own) or "no project has id and public_key")
    legacy = (
        "POST /webhook/sentry/legacy/{PARAMEDIC_LEGACY_TOKEN}"
        if settings.paramedic_legacy_token
        else "PARAMEDIC_LEGACY_TOKEN is not set"
    )
    yield Check("legacy plugin", Health.OK if settings.paramedic_legacy_token else Health.OFF, legacy)


def _dsn(settings: Settings, project: ProjectConfig) -> str:
    scheme, _, rest = settings.paramedic_public_url.partition("://")
    return f"{scheme}://{project.public_key}@{rest}/{project.id}"


def _sentry(settings: Settings, *, online: bool) -> Iterator[Check]:
    if settings.sentry_auth_token is None:
        yield Check(
            "Sentry API",
            Health.OFF,
            "no token: nothing is read from Sentry, no comment is posted",
            f"Make an internal integration at {settings.sentry_self_hosted_url}/settings/developer-settings/ with event:read, "
            "event:write, project:read, org:read, and set SENTRY_AUTH_TOKEN.",
        )
        return
    if settings.sentry_org_slug is None:
        yield Check("Sentry API", Health.FAILED, "no organisation", "Set SENTRY_ORG_SLUG.")
        return
    if online:
        for name, ok, text, remedy in SentryClient.from_settings(settings).access():
            yield Check(f"Sentry {name}", Health.OK if ok else Health.FAILED, text, remedy)


def _models(settings: Settings, configuration: Configuration, *, online: bool) -> Iterator[Check]:
    if settings.paramedic_model is None:
        yield Check("model", Health.OFF, "PARAMEDIC_MODEL is not set: the engine works alone")
        return
    try:
        models = open_models(settings, configuration.agent)
        summary = open_summary_model(settings, configuration.agent)
    except ParamedicError as error:
        yield Check("model", Health.FAILED, error.args[0], error.remedy)
        return
    for model in (*models, *((summary,) if summary else ())):
        yield _model(model) if online else Check(f"model {model.label}", Health.OK, "not asked")


def _model(model: ModelClient) -> Check:
    """One tiny call that a model with tools answers by using one."""
    name = f"model {model.label}"
    try:
        tried = try_out(model)
    except OutsideError as error:
        return Check(name, Health.FAILED, str(error), "Check its name, its key and PARAMEDIC_MODEL_BASE_URL.")
    price = f"${model.price.at_most(1_000_000, 0) / 1e6:.2f} read, ${model.price.at_most(0, 1_000_000) / 1e6:.2f} written"
    text = f"answered in {tried.seconds:.1f} s for ${tried.cost.micro_dollars / 1e6:.6f}; at most {price}, for a million tokens"
    if not tried.uses_tools:
        return Check(name, Health.FAILED, f"{text}; it does not use tools", "Choose a model that does: an agent is nothing else.")
    return Check(name, Health.OK, f"{text}; uses tools")


def _forge_token(name: str, repository: RepositoryConfig, settings: Settings) -> Check:
    needed = {
        ForgeName.GITHUB: ("GITHUB_TOKEN", settings.github_token),
        ForgeName.GITLAB: ("GITLAB_TOKEN", settings.gitlab_token),
        ForgeName.GITEA: ("GITEA_TOKEN", settings.gitea_token),
    }.get(repository.forge)
    if needed is None:
        return Check(f"forge of {name}", Health.OK, f"{repository.forge.value}: no token needed")
    variable, token = needed
    if token is None:
        return Check(f"forge of {name}", Health.FAILED, f"{repository.forge.value}: no token", f"Set {variable}.")
    return Check(f"forge of {name}", Health.OK, f"{variable} is set")


def _repository(name: str, repository: RepositoryConfig, settings: Settings) -> Check:
    return _guarded(f"repository {name}", lambda: Repository(repository.url, settings.home).reachable())


def _mcp(settings: Settings, configuration: Configuration) -> Iterator[Check]:
    """Each server: whether it answers, what it offers, and what of that may be used."""
    engine = open_engine(settings.database)
    upgrade(engine)
    with outside_tools(engine, configuration) as toolbox:
        yield from (_server(seen) for seen in toolbox.seen)


def _server(seen: Seen) -> Check:
    name = f"MCP server {seen.server}"
    if seen.error:
        return Check(name, Health.FAILED, seen.error, seen.remedy)
    by_standing: dict[Standing, list[str]] = {}
    for offer in seen.offers:
        by_standing.setdefault(offer.standing, []).append(offer.name)
    allowed = by_standing.pop(Standing.ALLOWED, [])
    text = f"{seen.about}: {len(seen.offers)} tools; allowed: {', '.join(allowed) or 'none'}"
    text += "".join(f"; {standing}: {', '.join(names)}" for standing, names in by_standing.items())
    if Standing.UNAPPROVED in by_standing or Standing.CHANGED in by_standing:
        return Check(name, Health.WARNING, text, f"Look at its tools and approve them: paramedic mcp approve {seen.server}")
    return Check(name, Health.OK, text)
