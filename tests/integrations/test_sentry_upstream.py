"""The kin of Sentry: each is known for what it is, and read as far as it goes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.standins.sentry import BugsinkStandIn, GlitchTipStandIn, SentryStandIn
from tests.standins.shop import crash_event

from paramedic.integrations.sentry.bugsink import BugsinkClient
from paramedic.integrations.sentry.client import SentryClient
from paramedic.integrations.sentry.facts import Flavour
from paramedic.integrations.sentry.upstream import detect, fetch_event, gather_upstream, open_upstream
from paramedic.model.errors import BadInput, NotConfigured
from paramedic.settings import Settings

UUID = "0b6ee0d0-2c5b-4a7e-9d2f-0123456789ab"


def settings(url: str) -> Settings:
    return Settings(sentry_auth_token="sntryi_good", sentry_org_slug="acme", sentry_self_hosted_url=url)


@pytest.mark.parametrize(
    ("standin", "flavour"),
    [(SentryStandIn(), Flavour.SENTRY), (GlitchTipStandIn(), Flavour.GLITCHTIP), (BugsinkStandIn(), Flavour.BUGSINK)],
)
def test_each_server_is_known_for_what_it_is(standin: SentryStandIn, flavour: Flavour) -> None:
    with standin.running():
        assert detect(standin.url, "sntryi_good") is flavour


def test_bugsink_is_read_and_what_it_lacks_is_said() -> None:
    standin = BugsinkStandIn()
    standin.raw_event = crash_event()
    with standin.running():
        found = gather_upstream(settings(standin.url), UUID)
        assert isinstance(open_upstream(settings(standin.url)), BugsinkClient)
        by_address = fetch_event(settings(standin.url), f"{standin.url}/issues/issue/{UUID}/event/last/")
    assert found.issue.title == "KeyError: 'sku'"
    assert found.event.event_id == by_address.event_id == "e3", "the latest of all pages"
    assert found.frequency.last_day == 1
    assert any("no tags" in sentence for sentence in found.missing)


def test_glitchtip_is_read_by_sentrys_paths_and_comments_by_its_own() -> None:
    standin = GlitchTipStandIn()
    standin.raw_event = crash_event()
    standin.moments = [datetime.now(UTC).isoformat()] * 3
    with standin.running():
        found = gather_upstream(settings(standin.url), "4711")
        client = open_upstream(settings(standin.url))
        assert isinstance(client, SentryClient)
        note = client.post_note("4711", "text")
        client.edit_note("4711", note.id, "other")
    assert found.event.crash.type == "KeyError"
    assert found.frequency.last_day == 3
    assert found.missing == ("GlitchTip keeps no suspect commits.", "GlitchTip cannot count users by time.")
    assert standin.comments[0]["data"]["text"] == "other"


def test_a_token_is_not_sent_to_another_server() -> None:
    standin = SentryStandIn()
    with standin.running():
        with pytest.raises(BadInput, match="is not the configured server"):
            fetch_event(settings(standin.url), "https://elsewhere.example/organizations/acme/issues/4711/")
        assert standin.asked == []


def test_an_event_is_fetched_by_its_address() -> None:
    standin = SentryStandIn()
    standin.raw_event = crash_event()
    with standin.running():
        event = fetch_event(settings(standin.url), f"{standin.url}/organizations/acme/issues/4711/events/{'1' * 32}/")
    assert event.crash.type == "KeyError"


def test_a_missing_token_is_named() -> None:
    with pytest.raises(NotConfigured, match="SENTRY_AUTH_TOKEN"):
        fetch_event(Settings(sentry_auth_token=None), "https://sentry.io/organizations/acme/issues/4711/")
