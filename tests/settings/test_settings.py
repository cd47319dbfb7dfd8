"""Settings fail loudly, by name; secrets may come from files; the reference names every setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from paramedic.model.errors import BadInput, NotConfigured
from paramedic.settings import Settings, load_configuration, load_settings
from paramedic.settings.exposure import is_exposed, refuse_exposure
from paramedic.settings.file import Action, Policy
from paramedic.settings.reference import configuration_reference


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_defaults_are_embedded_and_bound_to_loopback(tmp_path: Path) -> None:
    settings = load_settings(paramedic_home=tmp_path)
    assert settings.database == f"sqlite:///{tmp_path / 'paramedic.db'}"
    assert settings.paramedic_host == "127.0.0.1"


def test_an_odd_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAMEDIC_PORT", "eighty")
    with pytest.raises(BadInput, match="PARAMEDIC_PORT"):
        load_settings()


def test_an_odd_log_level_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "loud")
    with pytest.raises(BadInput, match="LOG_LEVEL: Input should be 'debug'"):
        load_settings()
    monkeypatch.setenv("LOG_LEVEL", "Warning")
    assert load_settings().log_level == "warning"


@pytest.mark.parametrize(
    ("url", "exposed"),
    [
        ("https://paramedic.acme.example", True),
        ("http://10.0.0.7:8337", True),
        ("http://localhost.acme.example", True),
        ("paramedic.acme.example", True),
        ("http://[::1]:8337", False),
        ("http://localhost:8337/", False),
        ("http://127.0.0.1:9", False),
    ],
)
def test_a_public_address_without_a_token_is_refused_by_both_names(url: str, exposed: bool) -> None:
    settings = load_settings(paramedic_public_url=url)
    assert is_exposed(settings) is exposed
    if exposed:
        with pytest.raises(NotConfigured, match=r"PARAMEDIC_PUBLIC_URL.*PARAMEDIC_API_TOKEN"):
            refuse_exposure(settings)
    assert not is_exposed(load_settings(paramedic_public_url=url, paramedic_api_token="t0ken"))


def test_a_secret_comes_from_a_file_without_its_newline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    monkeypatch.setenv("SENTRY_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    secret = load_settings().webhook_signing_secret
    assert secret is not None
    assert secret.get_secret_value() == "s3cret"


def test_a_missing_secret_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN_FILE", "/nowhere/token")
    with pytest.raises(BadInput, match="GITHUB_TOKEN_FILE=/nowhere/token"):
        load_settings()


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTRY_AUTH_TOKEN", "sntryu_verysecret")
    assert "verysecret" not in repr(load_settings())


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_postgresql_urls_mean_psycopg(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://u:p@127.0.0.1/db")
    assert load_settings().database == "postgresql+psycopg://u:p@127.0.0.1/db"


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "paramedic.toml"
    path.write_text(text)
    return path


def test_no_file_means_the_default_rule() -> None:
    rule = load_configuration(None).rules[0]
    assert (rule.more_than, rule.window_minutes, rule.environments, rule.action) == (50, 60, ("production",), Action.PULL_REQUEST)


def test_nothing_leaves_without_a_yes_by_default() -> None:
    effects = load_configuration(None).effects
    assert {effects.push, effects.pull_request, effects.comment} == {Policy.ASK}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[repositories.shop]\nurl='x'\ncolour='red'", "repositories.shop.colour"),
        ("[repositories.shop]\n", "repositories.shop.url"),
        ("[projects.web]\nrepository='shop'", r"\[repositories.shop\]"),
        ("[projects.web]\npublic_key='abc'", "projects.web.public_key"),
        ("[projects.a]\nid=1\n[projects.b]\nid=1", "same id"),
        ("[[rules]]\nname='r'\nignore=['(']", "rules.0.ignore"),
        ("[[rules]]\nname='r'\naction='destroy'", "rules.0.action"),
        ("= =", "not valid TOML"),
    ],
)
def test_a_wrong_key_is_named_with_its_place(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(BadInput, match=named):
        load_configuration(write(tmp_path, text))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"absent\.toml"):
        load_configuration(tmp_path / "absent.toml")


def test_the_reference_in_the_documentation_is_up_to_date() -> None:
    committed = Path(__file__).parents[2] / "docs" / "configuration.md"
    assert committed.read_text(encoding="utf-8") == configuration_reference(), "run `make docs`"


def test_the_reference_names_every_variable() -> None:
    text = configuration_reference()
    assert [name for name in Settings.model_fields if f"`{name.upper()}`" not in text] == []
