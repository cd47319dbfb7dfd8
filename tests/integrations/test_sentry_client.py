"""Reading from Sentry and writing a comment, against a stand-in that follows its API and its moods."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.standins.base import Fault
from tests.standins.sentry import SentryStandIn

from paramedic.integrations.http import Patience
from paramedic.integrations.sentry.client import SentryClient
from paramedic.integrations.sentry.gather import gather
from paramedic.model.errors import NotConfigured, OutsideError
from paramedic.settings import Settings

HASTE = Patience(read_seconds=0.3, first_wait_seconds=0.01)
EVENT = {
    "id": "1" * 32,
    "eventID": "1" * 32,
    "groupID": "4711",
    "platform": "python",
    "title": "KeyError: 'sku'",
    "release": {"version": "shop@1.2.3+5"},
    "entries": [
        {
            "type": "exception",
            "data": {
                "values": [
                    {
                        "type": "KeyError",
                        "value": "'sku'",
                        "stacktrace": {"frames": [{"filename": "shop/cart.py", "lineNo": 3, "function": "total", "inApp": True}]},
                    }
                ]
            },
        }
    ],
}


@pytest.fixture
def sentry() -> Iterator[SentryStandIn]:
    standin = SentryStandIn()
    standin.raw_event = EVENT
    with standin.running():
        yield standin


@pytest.fixture
def client(sentry: SentryStandIn) -> Iterator[SentryClient]:
    opened = SentryClient(sentry.url, "acme", "sntryi_good", patience=HASTE)
    yield opened
    opened.close()


def test_an_issue_is_read_by_number_and_by_short_id(client: SentryClient) -> None:
    by_number, frequency = client.issue("4711")
    by_name, _ = client.issue("SHOP-1A")
    assert by_number == by_name
    assert (by_number.count, by_number.users, by_number.project) == (1234, 56, "shop")
    assert by_number.first_seen == datetime(2026, 11, 1, 10, 0, 0, 123456, UTC)
    assert frequency.last_hour == 23
    assert frequency.last_day == sum(range(24))


def test_all_that_is_offered_is_gathered_and_nothing_is_missing(client: SentryClient) -> None:
    found = gather(client, "4711")
    assert found.missing == ()
    assert found.event.crash.type == "KeyError"
    assert found.frequency.users == 9
    assert [(tag.key, tag.values) for tag in found.tags] == [
        ("release", (("a", 7), ("b", 3))),
        ("browser.name", (("a", 7), ("b", 3))),
    ]
    assert found.release.commit == "a" * 40
    assert [commit.message for commit in found.release.commits] == ["change a", "change b", "change c"]
    assert [(commit.sha, commit.author) for commit in found.suspect_commits] == [("b" * 40, "Ada")]


def test_an_old_server_is_counted_event_by_event_and_what_it_lacks_is_said() -> None:
    standin = SentryStandIn(old=True)
    standin.raw_event = EVENT
    standin.moments = [datetime.now(UTC).isoformat()] * 5
    with standin.running():
        found = gather(SentryClient(standin.url, "acme", "sntryi_good", patience=HASTE), "4711")
    assert found.frequency.last_day == 5
    assert found.frequency.users is None
    assert [sentence.split(":")[0] for sentence in found.missing] == ["Users of the last day"]


def test_an_issue_that_is_not_there_ends_the_questions(client: SentryClient, sentry: SentryStandIn) -> None:
    found = gather(client, "999")
    assert found.issue is None
    assert "SENTRY_ORG_SLUG" in found.missing[0]
    assert len(sentry.asked) == 1


def test_pages_are_read_until_results_is_false(client: SentryClient, sentry: SentryStandIn) -> None:
    for number in range(5):
        client.post_note("4711", f"comment {number}")
    assert [note.text for note in client.notes("4711")] == [f"comment {number}" for number in range(5)]
    assert sentry.count("GET", "/notes/") == 3


def test_a_link_to_another_host_is_followed_on_our_own_host_only(client: SentryClient, sentry: SentryStandIn) -> None:
    away = '<https://evil.example/api/0/organizations/acme/issues/4711/notes/?cursor=0:2:0>; rel="next"; results="true"'
    client.post_note("4711", "one")
    sentry.faults.append(Fault(200, [], {"Link": away}))
    assert client.notes("4711") == ()
    assert [asked.path for asked in sentry.asked[-2:]] == ["/api/0/organizations/acme/issues/4711/notes/"] * 2


def test_the_same_comment_twice_is_no_error(client: SentryClient, sentry: SentryStandIn) -> None:
    assert client.post_note("4711", "same").id == "100"
    assert client.post_note("4711", "same") is None
    assert len(sentry.comments) == 1


def test_a_comment_is_edited_in_place(client: SentryClient, sentry: SentryStandIn) -> None:
    note = client.post_note("4711", "before")
    client.edit_note("4711", note.id, "after")
    assert [comment["data"]["text"] for comment in sentry.comments] == ["after"]


def test_a_token_without_a_user_is_told_to_be_an_integrations(client: SentryClient, sentry: SentryStandIn) -> None:
    sentry.user = None
    with pytest.raises(OutsideError) as refused:
        client.post_note("4711", "text")
    assert refused.value.status == 403
    assert "internal integration" in refused.value.remedy


@pytest.mark.parametrize("fault", [Fault(500), Fault(503, None, {"Retry-After": "0"}), Fault(seconds=0.5), Fault(drop=True)])
def test_reading_survives_a_server_error_a_silence_and_a_cut_line(
    client: SentryClient, sentry: SentryStandIn, fault: Fault
) -> None:
    sentry.faults.append(fault)
    assert client.issue("4711")[0].short_id == "SHOP-1A"


def test_a_post_is_never_repeated(client: SentryClient, sentry: SentryStandIn) -> None:
    sentry.faults.append(Fault(502, after=True))
    with pytest.raises(OutsideError):
        client.post_note("4711", "text")
    assert sentry.count("POST", "/notes/") == 1


def test_a_rate_limit_is_waited_for_by_sentrys_own_header(client: SentryClient, sentry: SentryStandIn) -> None:
    sentry.faults.append(Fault(429, {"detail": "slow down"}, {"X-Sentry-Rate-Limit-Reset": "1", "X-RateLimit-Remaining": "0"}))
    assert client.issue("4711")[0].id == "4711"
    assert sentry.count("GET", "/issues/") == 2


def test_refusal_and_silence_have_their_log_lines(
    client: SentryClient, sentry: SentryStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    sentry.token = "another"
    with pytest.raises(OutsideError):
        client.issue("4711")
    assert "sentry_api_unauthorized" in capsys.readouterr().out
    sentry.token = "sntryi_good"
    sentry.faults += [Fault(seconds=0.5)] * 3
    with pytest.raises(OutsideError):
        client.issue("4711")
    assert "sentry_api_timeout" in capsys.readouterr().out


def test_lacking_scopes_are_named_and_stronger_ones_count(client: SentryClient, sentry: SentryStandIn) -> None:
    assert client.check_token().lacking == ()
    sentry.scopes = ["event:admin", "org:read"]
    assert client.check_token().lacking == ("project:read",)
    sentry.token = "another"
    assert "401" in client.check_token().problem


def test_an_event_is_found_by_its_own_id_alone(client: SentryClient) -> None:
    assert client.event(None, "1" * 32).issue_id in ("4711", None)


def test_odd_answers_are_read_as_nothing(client: SentryClient, sentry: SentryStandIn) -> None:
    for odd in ([], {"count": {}, "project": 5, "stats": {"24h": [[1], ["x", None]]}, "firstSeen": "yesterday"}):
        sentry.faults.append(Fault(200, odd))
        facts, frequency = client.issue("4711")
        assert (facts.count, facts.project, facts.first_seen, frequency) == (None, None, None, None)


def test_missing_settings_are_named() -> None:
    with pytest.raises(NotConfigured, match="SENTRY_AUTH_TOKEN"):
        SentryClient.from_settings(Settings(sentry_auth_token=None))
    with pytest.raises(NotConfigured, match="SENTRY_ORG_SLUG"):
        SentryClient.from_settings(Settings(sentry_auth_token="x", sentry_org_slug=None))
