"""From ``PARAMEDIC_MODEL=provider:name`` to something that can be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pydantic import SecretStr

from paramedic.model.errors import NotConfigured
from paramedic.settings import Settings

if TYPE_CHECKING:
    import httpx2
    from pydantic_ai.models import Model

OLLAMA_URL = "http://127.0.0.1:11434/v1"
OPENROUTER_URL = "https://openrouter.ai/api/v1"
KEYLESS = "none"
"""Sent where no key is set: servers of one's own ask for none, and the SDK insists on one."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A model that a setting names. ``base_url`` None means the provider's own."""

    provider: str
    name: str
    base_url: str | None
    key: SecretStr | None

    @property
    def priced_as(self) -> str:
        """What the built-in list of prices calls the provider."""
        return _PRICED_AS.get(self.provider, self.provider)

    @property
    def label(self) -> str:
        """``provider:name``, as the setting has it."""
        return f"{self.provider}:{self.name}"

    @property
    def can_stream(self) -> bool:
        """Google's and Bedrock's streams have ends of other kinds, which are not told from breaks here."""
        return self.provider not in _LIBRARIES

    def open(self, http: httpx2.AsyncClient) -> Model:
        """The library's model on the given connection. Its own retries are off: ours are paid for one by one."""
        return _BUILDERS[self.provider](self, http)


def choose(setting: str, settings: Settings, *, main: bool = True) -> Choice:
    """Raises ``NotConfigured`` for an unknown provider or a missing key, with the variable to set.

    ``PARAMEDIC_MODEL_BASE_URL`` and its key are the ``main`` model's; any other may name its own server as
    ``provider:name@http://…``. A provider's own key is sent to that provider only.
    """
    provider, colon, rest = setting.partition(":")
    name, at, address = rest.partition("@http")
    if not colon or not name or provider not in _BUILDERS:
        known = ", ".join(f"{each}:NAME" for each in _BUILDERS)
        raise NotConfigured(
            f"{setting!r} names no model.",
            remedy=f"Use one of {known}; any OpenAI-compatible server is openai:NAME with PARAMEDIC_MODEL_BASE_URL.",
        )
    _require_library(provider)
    elsewhere = f"http{address}" if at else settings.paramedic_model_base_url if main else None
    key = settings.paramedic_model_api_key if main else None
    if elsewhere is None and key is None:
        key = _own_key(provider, settings)
    if key is None and elsewhere is None and provider in _KEYS:
        raise NotConfigured(f"The model {setting} needs a key.", remedy=f"Set {_KEYS[provider]}.")
    return Choice(provider, name, elsewhere or _OWN_URLS.get(provider), key)


def is_installed(library: str) -> bool:
    """Whether it could be imported, without doing so."""
    try:
        return find_spec(library) is not None
    except ModuleNotFoundError:
        return False


def _require_library(provider: str) -> None:
    """Raises ``NotConfigured`` when the provider's library, which not everybody needs, is not installed."""
    library, extra = _LIBRARIES.get(provider, ("", ""))
    if library and not is_installed(library):
        raise NotConfigured(
            f"{provider}:NAME needs the library {library}, which is not installed.",
            remedy=f"Install paramedic[{extra}] in place of paramedic, such as by pip install 'paramedic[{extra}]'.",
        )


def _own_key(provider: str, settings: Settings) -> SecretStr | None:
    keys: Mapping[str, SecretStr | None] = {
        "anthropic": settings.anthropic_api_key,
        "openai": settings.openai_api_key,
        "openrouter": settings.openrouter_api_key,
        **dict.fromkeys(_GOOGLE, settings.google_api_key),
    }
    return keys.get(provider)


def _anthropic(choice: Choice, http: httpx2.AsyncClient) -> Model:
    from anthropic import AsyncAnthropic
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    client = AsyncAnthropic(api_key=_secret(choice), base_url=choice.base_url, max_retries=0, http_client=http)
    return AnthropicModel(choice.name, provider=AnthropicProvider(anthropic_client=client))


def _openai(choice: Choice, http: httpx2.AsyncClient) -> Model:
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    client = AsyncOpenAI(api_key=_secret(choice), base_url=choice.base_url, max_retries=0, http_client=http)
    if choice.base_url is None:
        return OpenAIChatModel(choice.name, provider=OpenAIProvider(openai_client=client))
    return OpenAIChatModel(choice.name, provider=OpenAICompatibleProvider(choice.provider, openai_client=client))


def _google(choice: Choice, http: httpx2.AsyncClient) -> Model:
    from google.genai.types import HttpRetryOptions
    from pydantic_ai.models.google import GoogleModel
    from pydantic_ai.providers.google import GoogleProvider

    once = HttpRetryOptions(attempts=1)
    provider = GoogleProvider(api_key=_secret(choice), http_client=http, base_url=choice.base_url, retry_options=once)
    return GoogleModel(choice.name, provider=provider)


def _bedrock(choice: Choice, http: httpx2.AsyncClient) -> Model:
    """On a connection of the SDK's own, with the limits of ``http``; its credentials are those of the environment."""
    import boto3
    from botocore.config import Config
    from pydantic_ai.models.bedrock import BedrockConverseModel
    from pydantic_ai.providers.bedrock import BedrockProvider

    once = {"total_max_attempts": 1, "mode": "standard"}
    limits = Config(read_timeout=http.timeout.read, connect_timeout=http.timeout.connect, retries=once)
    client = boto3.client("bedrock-runtime", endpoint_url=choice.base_url, config=limits)
    return BedrockConverseModel(choice.name, provider=BedrockProvider(bedrock_client=client))


def _secret(choice: Choice) -> str:
    return choice.key.get_secret_value() if choice.key else KEYLESS


_BUILDERS: Mapping[str, Callable[[Choice, httpx2.AsyncClient], Model]] = {
    "anthropic": _anthropic,
    "openai": _openai,
    "ollama": _openai,
    "openrouter": _openai,
    "google": _google,
    "google-gla": _google,
    "gemini": _google,
    "bedrock": _bedrock,
}
_GOOGLE = ("google", "google-gla", "gemini")
_LIBRARIES: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(_GOOGLE, ("google.genai", "google")),
    "bedrock": ("boto3", "bedrock"),
}
_PRICED_AS: Mapping[str, str] = {**dict.fromkeys(_GOOGLE, "google"), "bedrock": "aws"}
_OWN_URLS: Mapping[str, str] = {"ollama": OLLAMA_URL, "openrouter": OPENROUTER_URL}
_KEYS: Mapping[str, str] = {
    "anthropic": "ANTHROPIC_API_KEY",
    "openai": "OPENAI_API_KEY",
    "openrouter": "OPENROUTER_API_KEY",
    **dict.fromkeys(_GOOGLE, "GOOGLE_API_KEY"),
}
