"""The forges there are. A new one is its own package and one line here."""

from __future__ import annotations

from collections.abc import Callable

from paramedic.integrations.forge import Forge, slug_of
from paramedic.model.errors import NotConfigured
from paramedic.settings import Settings
from paramedic.settings.file import Configuration, ForgeName, RepositoryConfig


def open_forge(repository: RepositoryConfig, settings: Settings) -> Forge | None:
    """The repository's forge; None for plain git and patch files. Raises ``NotConfigured`` naming what is missing."""
    opener = _FORGES.get(repository.forge)
    if opener is None:
        return None
    slug = repository.slug or slug_of(repository.url)
    if "/" not in slug:
        raise NotConfigured(
            f"The owner and name of {repository.url} on its forge are not known.", remedy="Set slug in its [repositories] table."
        )
    return opener(slug, settings)


def repositories_of(forge: ForgeName, slug: str, configuration: Configuration) -> tuple[str, ...]:
    """Names of the configured repositories that the forge calls ``slug``; forges do not mind its case."""
    wanted = slug.casefold()
    return tuple(
        name
        for name, config in configuration.repositories.items()
        if config.forge is forge and (config.slug or slug_of(config.url)).casefold() == wanted
    )


def _github(slug: str, settings: Settings) -> Forge:
    from paramedic.integrations.github.client import GitHub

    return GitHub(slug, _secret(settings, "github_token"), settings.github_api_url)


def _gitlab(slug: str, settings: Settings) -> Forge:
    from paramedic.integrations.gitlab.client import GitLab

    return GitLab(slug, _secret(settings, "gitlab_token"), settings.gitlab_url)


def _gitea(slug: str, settings: Settings) -> Forge:
    from paramedic.integrations.gitea.client import Gitea

    if not settings.gitea_url:
        raise NotConfigured("GITEA_URL is not set.", remedy="Set it to the base URL of Gitea or Forgejo.")
    return Gitea(slug, _secret(settings, "gitea_token"), settings.gitea_url)


def _secret(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    if value is None:
        raise NotConfigured(f"{name.upper()} is not set.", remedy=f"Set {name.upper()} or {name.upper()}_FILE.")
    return str(value.get_secret_value())


_FORGES: dict[ForgeName, Callable[[str, Settings], Forge]] = {
    ForgeName.GITHUB: _github,
    ForgeName.GITLAB: _gitlab,
    ForgeName.GITEA: _gitea,
}
