"""Settings from the environment. Each secret may also come from a file named by ``NAME_FILE``."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from paramedic.model.errors import BadInput


class AppEnvironment(StrEnum):
    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


def _without_trailing_slash(url: str) -> str:
    return url.rstrip("/")


BaseUrl = Annotated[str, AfterValidator(_without_trailing_slash)]


class Settings(BaseSettings):
    """Every environment variable that Paramedic reads. Field names in upper case are the variables' names."""

    model_config = SettingsConfigDict(extra="ignore", case_sensitive=False, frozen=True, env_ignore_empty=True)

    # Where and how it runs
    app_env: AppEnvironment = Field(
        AppEnvironment.PRODUCTION, description="development relaxes checks for loopback clients only."
    )
    test_mode: bool = Field(False, description="No effect leaves the machine; each is recorded as it would have been.")
    paramedic_home: Path = Field(Path("~/.paramedic"), description="Database, mirrors, work trees, environments and logs.")
    paramedic_config: Path | None = Field(None, description="The TOML file; default: paramedic.toml in the home, else none.")
    paramedic_host: str = Field("127.0.0.1", description="Address that the web process binds.")
    paramedic_port: int = Field(8337, ge=0, le=65535, description="Port that the web process binds.")
    paramedic_public_url: BaseUrl = Field("http://127.0.0.1:8337", description="How clients reach it; used in DSNs and links.")
    paramedic_api_token: SecretStr | None = Field(
        None, description="Bearer token of the HTTP API; without one, loopback only. A public PARAMEDIC_PUBLIC_URL needs it."
    )
    paramedic_oidc_client_secret: SecretStr | None = Field(None, description="Secret of the client in [oidc]; some have none.")
    database_url: str | None = Field(None, description="SQLAlchemy URL; default: SQLite in the home. postgresql:// to scale out.")
    log_level: Annotated[LogLevel, BeforeValidator(_lower)] = Field(LogLevel.INFO, description="debug, info, warning or error.")

    # Intake
    sentry_client_secret: SecretStr | None = Field(
        None, description="Client Secret of the Sentry integration; signs its webhooks."
    )
    webhook_secret: SecretStr | None = Field(
        None, description="Older name of SENTRY_CLIENT_SECRET, and the X-Webhook-Secret value."
    )
    paramedic_legacy_token: SecretStr | None = Field(None, description="Unguessable part of the legacy WebHooks plugin's path.")
    paramedic_body_limit: int = Field(1_000_000, gt=0, description="Largest accepted request body, in bytes.")
    paramedic_inflated_limit: int = Field(20_000_000, gt=0, description="Largest accepted body after decompression, in bytes.")

    paramedic_backlog_limit: int = Field(
        200_000, gt=0, description="Deliveries that may wait for the worker before SDKs are told to slow down."
    )

    # Sentry as upstream
    sentry_auth_token: SecretStr | None = Field(None, description="Token of an internal integration.")
    sentry_org_slug: str | None = Field(None, description="Organisation slug.")
    sentry_self_hosted_url: BaseUrl = Field("https://sentry.io", description="Base URL of Sentry, GlitchTip or Bugsink.")
    sentry_ca_file: Path | None = Field(None, description="Certificates (PEM) to trust for a self-hosted server.")
    sentry_verify_tls: bool = Field(True, description="false accepts any certificate of SENTRY_SELF_HOSTED_URL.")
    android_project_slug: str | None = None
    android_project_id: str | None = None
    android_sentry_environment: str | None = None
    ios_project_slug: str | None = None
    ios_project_id: str | None = None

    # Forges
    github_token: SecretStr | None = Field(None, description="Token that may push branches and open pull requests.")
    github_api_url: BaseUrl = Field("https://api.github.com", description="REST base; https://HOST/api/v3 on Enterprise Server.")
    gitlab_token: SecretStr | None = Field(None, description="Token with the api scope.")
    gitlab_url: BaseUrl = Field("https://gitlab.com", description="Base URL of GitLab.")
    gitea_token: SecretStr | None = Field(None, description="Token with write:repository and write:issue.")
    gitea_url: BaseUrl | None = Field(None, description="Base URL of Gitea or Forgejo.")
    github_webhook_secret: SecretStr | None = Field(None, description="Signs what GitHub sends to /webhook/github.")
    gitlab_webhook_secret: SecretStr | None = Field(
        None, description="Secret token of the GitLab webhook; comes in X-Gitlab-Token with what it sends to /webhook/gitlab."
    )
    gitlab_signing_token: SecretStr | None = Field(
        None, description="Signing token of the GitLab webhook (whsec_…); with it, only signed deliveries are taken."
    )
    gitea_webhook_secret: SecretStr | None = Field(None, description="Signs what Gitea or Forgejo sends to /webhook/gitea.")

    # Chats
    slack_webhook_url: SecretStr | None = Field(None, description="Slack incoming webhook: speaks, and takes no answers.")
    slack_bot_token: SecretStr | None = Field(None, description="Slack bot token (xoxb-) with chat:write; needs SLACK_CHANNEL.")
    slack_channel: str | None = Field(None, description="Id of the channel that the Slack bot writes to.")
    slack_signing_secret: SecretStr | None = Field(None, description="Signs what Slack sends to /webhook/slack.")
    slack_api_url: BaseUrl = Field("https://slack.com/api", description="Base URL of Slack's Web API.")
    telegram_bot_token: SecretStr | None = Field(None, description="Telegram bot token; needs TELEGRAM_CHAT_ID.")
    telegram_chat_id: str | None = Field(None, description="The chat that the Telegram bot writes to.")
    telegram_webhook_secret: SecretStr | None = Field(
        None, description="Comes with what Telegram sends to /webhook/telegram. Without one, the worker asks for answers instead."
    )
    telegram_api_url: BaseUrl = Field("https://api.telegram.org", description="Base URL of Telegram's Bot API.")
    apprise_urls: SecretStr | None = Field(
        None, description="Any other service, as Apprise URLs with blanks between; needs `pip install 'paramedic[apprise]'`."
    )

    # Later rooms read these under the names they always had
    analysis_server_base_url: BaseUrl | None = Field(None, description="External analysis server.")

    # The agent
    paramedic_model: str | None = Field(
        None,
        description="anthropic:NAME, openai:NAME, openrouter:NAME, google:NAME, bedrock:NAME or ollama:NAME; "
        "without one, the engine works alone.",
    )
    paramedic_model_base_url: BaseUrl | None = Field(
        None,
        description="Server of PARAMEDIC_MODEL, when it is not the provider's own: any OpenAI-compatible one with openai:NAME.",
    )
    paramedic_model_api_key: SecretStr | None = Field(None, description="Key of PARAMEDIC_MODEL; default: the provider's own.")
    paramedic_model_fallback: str | None = Field(
        None, description="Asked when PARAMEDIC_MODEL fails; provider:NAME, or provider:NAME@URL for a server of one's own."
    )
    paramedic_model_summary: str | None = Field(
        None, description="A cheaper model that shortens long transcripts; without one their oldest parts are left out."
    )
    anthropic_api_key: SecretStr | None = Field(None, description="Key of anthropic:NAME.")
    openai_api_key: SecretStr | None = Field(None, description="Key of openai:NAME.")
    openrouter_api_key: SecretStr | None = Field(None, description="Key of openrouter:NAME.")
    google_api_key: SecretStr | None = Field(None, description="Key of google:NAME.")

    # Work
    paramedic_sandbox: str = Field("auto", description="bubblewrap, docker, podman, or auto (the first that works).")
    paramedic_worker_concurrency: int = Field(1, ge=1, le=64, description="Sessions at once per worker.")
    paramedic_uv: Path | None = Field(None, description="The uv binary; default: the one installed with Paramedic.")

    @property
    def home(self) -> Path:
        return self.paramedic_home.expanduser().resolve()

    @property
    def own_url(self) -> str:
        """``PARAMEDIC_PUBLIC_URL`` where it was set, else the port that is bound on this machine: for links that people open."""
        is_set = "paramedic_public_url" in self.model_fields_set
        return self.paramedic_public_url if is_set else f"http://127.0.0.1:{self.paramedic_port}"

    @property
    def webhook_signing_secret(self) -> SecretStr | None:
        """The key of Sentry's signature: ``SENTRY_CLIENT_SECRET``, else ``WEBHOOK_SECRET``."""
        return self.sentry_client_secret or self.webhook_secret

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force; ``postgres://`` and ``postgresql://`` mean psycopg 3."""
        if not self.database_url:
            return f"sqlite:///{self.home / 'paramedic.db'}"
        for prefix in ("postgres://", "postgresql://"):
            if self.database_url.startswith(prefix):
                return "postgresql+psycopg://" + self.database_url.removeprefix(prefix)
        return self.database_url


def _secrets_from_files() -> dict[str, Any]:
    """Values of ``NAME_FILE`` variables for each known NAME, read now; a trailing newline is not part of a secret."""
    found: dict[str, Any] = {}
    for name in Settings.model_fields:
        path = os.environ.get(f"{name.upper()}_FILE")
        if path and not os.environ.get(name.upper()):
            try:
                found[name] = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
            except OSError as error:
                raise BadInput(f"{name.upper()}_FILE={path} cannot be read: {error.strerror}.") from error
    return found


def load_settings(**overrides: Any) -> Settings:
    """The settings in force. Raises ``BadInput`` that names each variable with an odd value."""
    try:
        return Settings(**(_secrets_from_files() | overrides))
    except ValidationError as error:
        lines = "; ".join(f"{'.'.join(map(str, item['loc'])).upper()}: {item['msg']}" for item in error.errors())
        raise BadInput(f"Settings are not valid: {lines}.", remedy="See docs/configuration.md.") from error
