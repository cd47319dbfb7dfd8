"""The TOML file: repositories, projects, rules and what may leave the machine."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from paramedic.model.accounts import Role
from paramedic.model.errors import BadInput
from paramedic.model.event import Level


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ForgeName(StrEnum):
    GITHUB = "github"
    GITLAB = "gitlab"
    GITEA = "gitea"
    GIT = "git"
    """Push a branch to a plain remote, open nothing."""
    PATCH = "patch"
    """Write a patch file into the home."""


class Action(StrEnum):
    """The ladder of row S4; each rung includes those before it."""

    IGNORE = "ignore"
    OBSERVE = "observe"
    DIAGNOSE = "diagnose"
    FIX = "fix"
    PULL_REQUEST = "pull_request"


class Policy(StrEnum):
    AUTO = "auto"
    ASK = "ask"
    NEVER = "never"


EffectName = Literal["push", "pull_request", "comment", "patch"]


class State(StrEnum):
    """What makes an issue worth a look now."""

    NEW = "new"
    REGRESSED = "regressed"
    ESCALATING = "escalating"
    ONGOING = "ongoing"


class RepositoryConfig(Strict):
    """One git repository. Paths are relative to its root."""

    url: str = Field(description="What git clones: a path, file://, ssh or https URL.")
    default_branch: str | None = Field(None, description="Branch that fixes are made for; default: the remote's HEAD.")
    forge: ForgeName = Field(ForgeName.PATCH, description="Where a fix goes.")
    slug: str | None = Field(None, description="owner/name on the forge; default: read from the URL.")
    path_prefixes: tuple[str, ...] = Field((), description="Prefixes of abs_path where this repository lies in production.")
    source_roots: tuple[str, ...] = Field((), description="Folders that are on sys.path; default: found by looking.")
    release_tag: str = Field(
        "", description="Tag of a release, with {release}, {version} (after the last @); default: the usual forms."
    )
    setup: tuple[str, ...] = Field((), description="Commands that prepare the environment, instead of what is detected.")
    test: str | None = Field(None, description="Command that runs tests; {paths} is replaced; default: detected.")
    python: str | None = Field(None, description="Interpreter version or path; default: what the event names.")


class ProjectConfig(Strict):
    """One Sentry project (by slug or id), or one of ours."""

    repository: str | None = Field(None, description="Name of a [repositories.NAME] table.")
    id: int | None = Field(None, gt=0, description="Number in our DSN; required to receive SDK events.")
    public_key: str | None = Field(None, pattern=r"^[0-9a-f]{32}$", description="Key in our DSN, 32 hex digits.")
    sentry_id: str | None = Field(None, description="Sentry's numeric project id, when webhooks name the project by it.")
    effects: dict[EffectName, Policy] = Field(
        default_factory=dict, description="Policy per effect kind, over [effects]; of rule and project the stricter one holds."
    )


class Rule(Strict):
    """One row of the triage rules: all conditions must hold; the first rule that matches decides."""

    name: str
    projects: tuple[str, ...] = Field(("*",), description="Project slugs, * for any part.")
    environments: tuple[str, ...] = Field(
        ("production",), description="Environments; an event that names none counts as production."
    )
    levels: tuple[Level, ...] = Field((Level.ERROR, Level.FATAL), description="Levels.")
    releases: tuple[str, ...] = Field(("*",), description="Releases, * for any part.")
    states: tuple[State, ...] = Field((State.NEW, State.REGRESSED), description="new, regressed, escalating, ongoing.")
    more_than: int = Field(50, ge=0, description="More events than this in the window.")
    window_minutes: int = Field(60, gt=0, description="The window, in minutes.")
    users: int = Field(0, ge=0, description="At least so many users.")
    ignore: tuple[str, ...] = Field((), description="Regular expressions on the title that skip the issue.")
    cooldown_minutes: int = Field(
        1440, ge=0, description="No second session for the issue within this time, unless it regressed."
    )
    action: Action = Action.PULL_REQUEST
    effects: dict[EffectName, Policy] = Field(
        default_factory=dict, description="Policy per effect kind, over [effects]; of rule and project the stricter one holds."
    )

    @field_validator("ignore")
    @classmethod
    def _compiles(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
        return patterns


class EffectsConfig(Strict):
    """What may leave the machine without a human's yes."""

    push: Policy = Policy.ASK
    pull_request: Policy = Policy.ASK
    comment: Policy = Policy.ASK
    patch: Policy = Policy.AUTO
    approval_hours: int = Field(72, gt=0, description="An approval that nobody gave expires after so many hours.")


class McpServerConfig(Strict):
    """One MCP server whose tools a session may use: a command that speaks on its standard streams, or an address.

    Secrets are not written here: ``environment``, ``headers`` and ``token`` give names of environment variables.
    """

    command: tuple[str, ...] = Field((), description="Program and arguments of a server that is started as a child.")
    environment: dict[str, str] = Field(
        default_factory=dict, description="Variables that the child gets, each with the name of ours that holds its value."
    )
    url: str | None = Field(None, pattern=r"^https?://", description="Address of a server that is reached by streamable HTTP.")
    headers: dict[str, str] = Field(
        default_factory=dict, description="Headers, each with the name of the variable that holds its value."
    )
    token: str | None = Field(None, description="Name of the variable that holds the OAuth or bearer token.")
    tools: tuple[str, ...] = Field(
        ("*",), description="What may be used: * stands for any part, of read-only tools alone; others are named in full."
    )
    connect_seconds: float = Field(30.0, gt=0, le=300, description="Time to start, to greet and to list tools.")
    call_seconds: float = Field(30.0, gt=0, le=600, description="Time for one call.")
    answer_bytes: int = Field(1_000_000, ge=1000, description="Largest message taken from the server.")

    @model_validator(mode="after")
    def _one_way_in(self) -> McpServerConfig:
        if bool(self.command) == bool(self.url):
            raise ValueError("set either command or url")
        if self.command and (self.headers or self.token):
            raise ValueError("headers and token belong to a url; a command gets environment")
        if self.url and self.environment:
            raise ValueError("environment belongs to a command; a url gets headers and token")
        # The value is not repeated: what is no name may well be the secret itself.
        if not all(_VARIABLE.fullmatch(name) for name in (*self.environment.values(), *self.headers.values(), self.token or "A")):
            raise ValueError("environment, headers and token take names of environment variables (A-Z, 0-9, _), not values")
        return self


_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
ServerName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,23}$")]


class PriceConfig(Strict):
    """Dollars for a million tokens."""

    input: Decimal = Field(ge=0, description="Read tokens.")
    output: Decimal = Field(ge=0, description="Written tokens.")


class AgentConfig(Strict):
    """What an agent may spend and do. Money and tokens are checked before each call, at the most that it can cost."""

    session_dollars: Decimal = Field(Decimal(2), ge=0, description="Money for one session.")
    issue_day_dollars: Decimal = Field(Decimal(5), ge=0, description="Money for all sessions of an issue in a day (UTC).")
    day_dollars: Decimal = Field(Decimal(50), ge=0, description="Money for all sessions of a day (UTC).")
    session_tokens: int = Field(3_000_000, ge=0, description="Tokens for one session.")
    issue_day_tokens: int = Field(10_000_000, ge=0, description="Tokens for all sessions of an issue in a day.")
    day_tokens: int = Field(100_000_000, ge=0, description="Tokens for all sessions of a day.")
    steps: int = Field(60, gt=0, description="Calls of the model in one session.")
    minutes: int = Field(30, gt=0, le=40, description="Minutes for one session's agent.")
    reply_tokens: int = Field(8000, ge=256, description="Longest reply of the model.")
    context_tokens: int = Field(120_000, ge=8000, description="Length at which a transcript is shortened.")
    event_tokens: int = Field(12_000, ge=1000, description="Most that the description of an event may take.")
    stream: bool = Field(True, description="Replies come piece by piece; false for a server that cannot.")
    hide_addresses: bool = Field(True, description="E-mail addresses are kept from the model; from what is published, always.")
    language: str = Field("English", description="Language of the answer.")
    prices: dict[str, PriceConfig] = Field(
        default_factory=dict, description="Prices of models that are not in the built-in list, by `provider:NAME`."
    )


class NotificationsConfig(Strict):
    """What is said in chats, when, and who may answer there."""

    levels: tuple[Level, ...] = Field((Level.ERROR, Level.FATAL), description="Levels that are worth a message.")
    count: int = Field(50, gt=0, description="From so many events on an issue is important;")
    users: int = Field(10, gt=0, description="or from so many users on; or when it has regressed.")
    cooldown_minutes: int = Field(60, ge=0, description="Within this time an issue's message is edited, and none is added.")
    storm_issues: int = Field(5, gt=0, description="More issues than this in the window get one message together.")
    storm_minutes: int = Field(5, gt=0, description="The window of a storm, in minutes.")
    quiet_hours: str | None = Field(
        None, pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$", description="HH:MM-HH:MM: only fatal issues speak."
    )
    timezone: str = Field("UTC", description="Where quiet_hours are meant, such as Europe/Berlin.")
    templates: Path | None = Field(None, description="Folder with templates of your own: issue.txt.j2, storm.txt.j2.")
    approvers: tuple[str, ...] = Field(
        (), description="Who may answer in a chat: slack:USERID, telegram:USERID. Default: nobody."
    )

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{name!r} is not a time zone, such as Europe/Berlin") from error
        return name


class OutcomesConfig(Strict):
    """When an issue counts as silent after the release that carries its fix."""

    expected_events: float = Field(
        5.0, ge=1, description="At the rate from before the merge, at least so many events must be missing;"
    )
    hours: float = Field(24.0, ge=1, description="and the release must run for at least so many hours.")
    poll: bool = Field(True, description="false asks no forge about open pull requests: its webhook alone tells of them.")


class OidcConfig(Strict):
    """Sign-in at an OpenID Connect provider; ``PARAMEDIC_OIDC_CLIENT_SECRET`` holds the client's secret."""

    issuer: str = Field(pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])", description="As the provider writes it.")
    client_id: str = Field(min_length=1, description="The client; its redirect URI is PARAMEDIC_PUBLIC_URL/login/oidc/callback.")
    name: str = Field("single sign-on", description="What the button on the sign-in page says.")
    scopes: str = Field("openid email profile", description="What is asked for.")
    allowed_domains: tuple[str, ...] = Field((), description="Domains of verified e-mail addresses that may come in.")
    role_claim: str = Field("groups", description="The claim whose values `roles` knows.")
    roles: dict[str, Role] = Field(
        default_factory=dict, description="Role by value of the claim, at each sign-in; the highest counts."
    )
    default_role: Role | None = Field(
        None, description="Role of whoever has none by `roles`; needs allowed_domains. Default: they may not come in."
    )

    @model_validator(mode="after")
    def _not_for_everybody(self) -> OidcConfig:
        if not self.roles and self.default_role is None:
            raise ValueError("set roles or default_role: otherwise nobody could sign in")
        if self.default_role is not None and not self.allowed_domains:
            raise ValueError("default_role needs allowed_domains: otherwise everybody the provider knows could sign in")
        return self


class Configuration(Strict):
    """The whole file."""

    repositories: dict[str, RepositoryConfig] = Field(default_factory=dict)
    projects: dict[str, ProjectConfig] = Field(default_factory=dict)
    rules: tuple[Rule, ...] = (Rule(name="default"),)
    effects: EffectsConfig = EffectsConfig()
    mcp: dict[ServerName, McpServerConfig] = Field(default_factory=dict)
    agent: AgentConfig = AgentConfig()
    notifications: NotificationsConfig = NotificationsConfig()
    outcomes: OutcomesConfig = OutcomesConfig()
    oidc: OidcConfig | None = None

    @model_validator(mode="after")
    def _references_exist(self) -> Configuration:
        for name, project in self.projects.items():
            if project.repository and project.repository not in self.repositories:
                raise ValueError(f"projects.{name}.repository: there is no [repositories.{project.repository}]")
        numbers = [project.id for project in self.projects.values() if project.id]
        if len(numbers) != len(set(numbers)):
            raise ValueError("two projects have the same id")
        return self


def load_configuration(path: Path | None) -> Configuration:
    """Read the TOML file; the defaults when ``path`` is None. Raises ``BadInput`` with each wrong key and its place."""
    if path is None:
        return Configuration()
    try:
        return Configuration.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.", remedy="Set PARAMEDIC_CONFIG to the right path.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not valid TOML: {error}.") from error
    except ValidationError as error:
        lines = "; ".join(f"{'.'.join(map(str, item['loc'])) or 'file'}: {item['msg']}" for item in error.errors())
        raise BadInput(f"{path}: {lines}.", remedy="See docs/configuration.md.") from error
