"""Web processes that take webhooks, one with every secret and one with GitLab's signing token alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from intake.running import Web, running_web
from outcomes import deliveries as sent

CONFIGURATION = "\n".join(
    f'[repositories.{name}]\nurl = "https://{forge}.example/{slug}.git"\nforge = "{forge}"\n'
    for name, forge, slug in (
        ("shop", "github", "Acme/shop"),
        ("shop-gitlab", "gitlab", "acme/shop"),
        ("shop-gitea", "gitea", "acme/shop"),
    )
)
SECRETS = {f"{forge}_WEBHOOK_SECRET": sent.SECRET for forge in ("GITHUB", "GITLAB", "GITEA")}


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with running_web(tmp_path_factory.mktemp("forges"), CONFIGURATION, **SECRETS) as running:
        yield running


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A developer's own machine is not believed either."""
    settings = {"GITLAB_SIGNING_TOKEN": sent.SIGNING, "APP_ENV": "development"}
    with running_web(tmp_path_factory.mktemp("bare"), CONFIGURATION, **settings) as running:
        yield running
