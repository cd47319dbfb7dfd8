"""Webhooks of the three forges through the running web process, and what the digest makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from intake.running import Web
from outcomes import deliveries as sent
from outcomes.house import opened, read
from paramedic.integrations.github.webhook import verify
from paramedic.model.outcome import Fate, Outcome, Silence
from paramedic.sessions.digest import digest
from paramedic.store import messages, outcomes, sessions
from paramedic.store.schema import deliveries

MERGED = {"merged_at": "2026-01-02T00:00:00Z"}
Delivery = tuple[str, bytes, dict[str, Any]]


@pytest.fixture
def ours(web: Web) -> Iterator[Outcome]:
    yield opened(web.engine)
    with web.engine.begin() as connection:
        for table in ("deliveries", "issues", "effects"):
            connection.execute(sa.text(f"DELETE FROM {table}"))


def told(web: Web, delivery: Delivery) -> dict[str, object]:
    """The answer, once it was digested."""
    answer = web.post(*delivery)
    assert answer.status_code == 200, answer.text
    while digest(web.engine):
        pass
    return dict(answer.json())


def state_of(web: Web) -> list[tuple[str, str | None]]:
    with web.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.select(deliveries.c.state, deliveries.c.reason))]


def move(web: Web, outcome: Outcome, repository: str) -> None:
    with web.engine.begin() as connection:
        outcomes.change(connection, outcome.effect, repository=repository)


@pytest.mark.parametrize(
    ("repository", "delivery"),
    [
        ("shop", sent.github(sent.github_pull("closed", **MERGED))),
        ("shop-gitlab", sent.gitlab(sent.gitlab_merge("merge", "merged"))),
        ("shop-gitea", sent.gitea(sent.gitea_pull("closed", merged=True, merge_commit_sha="f" * 40, **MERGED))),
    ],
)
def test_a_merge_is_taken_from_each_forge(web: Web, ours: Outcome, repository: str, delivery: Delivery) -> None:
    move(web, ours, repository)
    assert told(web, delivery) == {"status": "accepted", "pull_request": 12}
    now = read(web.engine, ours.effect)
    assert (now.fate, now.fate_by, now.commit, now.silence) == (Fate.MERGED, "ada", "f" * 40, Silence.WAITING)
    assert f"{now.fate_at:%Y-%m-%d}" == "2026-01-02"
    with web.engine.connect() as connection:
        (line,) = sessions.log_after(connection, ours.session_id)
    assert line.text.startswith("Pull request #12 was merged as ffffffffffff by ada on 2026-01-02")


def test_the_same_delivery_twice_is_one(web: Web, ours: Outcome) -> None:
    for _ in range(3):
        told(web, sent.github(sent.github_pull("closed")))
    assert state_of(web) == [("processed", None)]
    with web.engine.connect() as connection:
        assert len(sessions.log_after(connection, ours.session_id)) == 1


def test_closed_reopened_merged_and_a_late_delivery_that_changes_nothing(web: Web, ours: Outcome) -> None:
    seen = []
    for action, day, more in (
        ("closed", 1, {}),
        ("reopened", 2, {}),
        ("closed", 4, MERGED),
        ("closed", 3, {}),
        ("edited", 5, {}),
    ):
        told(web, sent.github(sent.github_pull(action, updated=f"2026-01-0{day}T00:00:00Z", **more)))
        seen.append(read(web.engine, ours.effect).fate)
    assert seen == [Fate.CLOSED, Fate.REOPENED, Fate.MERGED, Fate.MERGED, Fate.MERGED]


def test_a_trial_merge_commit_of_an_unmerged_one_is_not_taken_for_a_merge(web: Web, ours: Outcome) -> None:
    told(web, sent.github(sent.github_pull("closed")))
    now = read(web.engine, ours.effect)
    assert (now.fate, now.commit, now.silence) == (Fate.CLOSED, None, None)


@pytest.mark.parametrize(
    "delivery",
    [
        sent.github(sent.github_pull("closed", 13, body="Paramedic opened this: paramedic/desk-1-0a1b2c3d", **MERGED)),
        sent.gitlab(sent.gitlab_merge("merge", "merged")),
    ],
)
def test_another_pull_request_or_repository_is_acknowledged_and_told_as_ignored(
    web: Web, ours: Outcome, delivery: Delivery
) -> None:
    assert told(web, delivery)["status"] == "accepted"
    ((state, reason),) = state_of(web)
    assert state == "skipped"
    assert reason is not None
    assert "is none that Paramedic opened" in reason
    assert read(web.engine, ours.effect).fate is Fate.OPEN


def test_a_fork_that_calls_its_branch_like_ours_is_not_ours(web: Web, ours: Outcome) -> None:
    with web.engine.begin() as connection:
        outcomes.change(connection, ours.effect, number=None)
    fork = {"ref": ours.branch, "repo": {"id": 666, "full_name": "mallory/shop"}}
    told(web, sent.github(sent.github_pull("closed", 99, head=fork, **MERGED)))
    assert read(web.engine, ours.effect).fate is Fate.OPEN
    told(web, sent.github(sent.github_pull("closed", 12, **MERGED)))
    now = read(web.engine, ours.effect)
    assert (now.fate, now.number) == (Fate.MERGED, 12)


@pytest.mark.parametrize(
    ("delivery", "reason"),
    [
        (sent.github({"zen": "Keep it logically awesome."}, "ping"), "a ping: the webhook is set up"),
        (sent.github({"ref": "x"}, "push"), "push is not about a pull request"),
        (sent.github({}, "pull_request"), "pull_request names no repository or no number"),
        (sent.github({"repository": 7, "pull_request": [1]}, "pull_request"), "names no repository"),
        (sent.github({"repository": {"full_name": "a/b"}, "pull_request": {"number": True}}), "names no repository or no number"),
        (sent.github({**sent.github_pull("closed"), "repository": {"full_name": "acme/else"}}), "no configured repository"),
        (sent.github({"action": "created", "issue": {"number": 3}, "comment": {}}, "issue_comment"), "no pull request"),
        (sent.gitlab({"object_attributes": {"noteable_type": "Commit"}}, "Note Hook"), "something else than a merge request"),
        (sent.gitlab({}, "Pipeline Hook"), "Pipeline Hook is not about"),
        (sent.gitea({}, "push"), "push is not about"),
        (sent.gitea({"issue": {"number": 2**70}, "is_pull": True}, "issue_comment"), "names no repository or no number"),
    ],
)
def test_what_is_of_no_concern_is_acknowledged_with_the_reason_and_not_stored(web: Web, delivery: Delivery, reason: str) -> None:
    answer = told(web, delivery)
    assert answer["status"] == "ignored"
    assert reason in str(answer["reason"])
    assert state_of(web) == []


def broken(delivery: Delivery, **headers: str | bytes) -> Delivery:
    path, body, known = delivery
    return path, body, known | headers


@pytest.mark.parametrize(
    ("delivery", "status", "said"),
    [
        (sent.github({}, secret="another"), 401, "X-Hub-Signature-256 does not match"),
        (broken(sent.github({}), **{"X-Hub-Signature-256": b"sha256=\xff"}), 401, "does not match"),
        (broken(sent.github({}), **{"X-Hub-Signature-256": ""}), 401, "is missing"),
        (sent.gitlab({}, secret="another"), 401, "X-Gitlab-Token is wrong"),
        (broken(sent.gitlab({}), **{"X-Gitlab-Token": ""}), 401, "X-Gitlab-Token is missing"),
        (sent.gitea({}, secret="another"), 401, "X-Gitea-Signature does not match"),
        (broken(sent.gitea({}), **{"X-Gitea-Signature": "", "X-Hub-Signature-256": "sha256=0"}), 401, "is missing"),
        (sent.github([1]), 400, "not a JSON object"),
        (broken(sent.github({}), **{"Content-Type": "application/x-www-form-urlencoded"}), 400, "form has no payload"),
        (("/webhook/github", b"x" * 1_100_000, {}), 413, "larger than"),
    ],
)
def test_what_is_not_signed_or_not_read_is_refused_by_name(web: Web, delivery: Delivery, status: int, said: str) -> None:
    answer = web.post(*delivery)
    assert (answer.status_code, said in answer.json()["error"]["message"]) == (status, True), answer.text
    assert state_of(web) == []


def test_the_vendors_own_vector_holds() -> None:
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert verify("It's a Secret to Everybody", {"x-hub-signature-256": signature}, b"Hello, World!", 0) == ""


def test_a_webhook_that_sends_a_form_is_taken_too(web: Web, ours: Outcome) -> None:
    body = urlencode({"payload": json.dumps(sent.github_pull("closed"))}).encode()
    path, _body, headers = sent.github({})
    headers |= {
        "X-Hub-Signature-256": "sha256=" + sent._hex(sent.SECRET, body),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    told(web, (path, body, headers))
    assert read(web.engine, ours.effect).fate is Fate.CLOSED


def test_gitlabs_signing_token_is_checked_with_its_time_and_its_older_key(bare: Web) -> None:
    document = sent.gitlab_merge("merge", "merged")
    assert bare.post(*sent.gitlab_signed(document)).json()["status"] == "accepted"
    for delivery, said in (
        (sent.gitlab_signed(document, age=600), "too old"),
        (sent.gitlab_signed(document, age=-600), "too old"),
        (sent.gitlab_signed(document, "b3RoZXI="), "does not match"),
        (broken(sent.gitlab_signed(document), **{"webhook-id": "msg_2"}), "does not match"),
        (broken(sent.gitlab_signed(document), **{"webhook-timestamp": "now"}), "webhook-timestamp"),
        (sent.gitlab(document), "webhook-signature is missing"),
    ):
        answer = bare.post(*delivery)
        assert (answer.status_code, said in answer.text) == (401, True), answer.text


@pytest.mark.parametrize(
    ("delivery", "setting"), [(sent.github({}), "GITHUB_WEBHOOK_SECRET"), (sent.gitea({}), "GITEA_WEBHOOK_SECRET")]
)
def test_without_a_secret_nothing_is_taken_and_the_setting_is_named(bare: Web, delivery: Delivery, setting: str) -> None:
    answer = bare.post(*delivery)
    assert (answer.status_code, setting in answer.text) == (503, True)


REVIEW = {"id": 7, "user": {"login": "bob"}, "body": "", "state": "changes_requested", "submitted_at": "2026-01-03T00:00:00Z"}
LINE = {"id": 8, "user": {"login": "bob"}, "body": "why None?\0", "path": "shop/rows.py", "created_at": "2026-01-04T00:00:00Z"}
NOTE = {"id": 9, "note": "nice", "noteable_type": "MergeRequest", "created_at": "2026-01-05 00:00:00 UTC"}


def with_pull(**more: object) -> dict[str, object]:
    return sent.github_pull("opened") | more


def test_reviews_and_comments_are_kept_and_told_to_a_session_that_works(web: Web, ours: Outcome) -> None:
    with web.engine.begin() as connection:
        connection.execute(sa.text("UPDATE sessions SET state = 'running'"))
    told(web, sent.github(with_pull(action="submitted", review=REVIEW), "pull_request_review"))
    told(web, sent.github(with_pull(action="created", comment=LINE), "pull_request_review_comment"))
    on_pull = {"number": 12, "pull_request": {"url": "x"}}
    told(web, sent.github(with_pull(action="created", comment={**LINE, "id": 8}, issue=on_pull), "issue_comment"))
    told(web, sent.github(with_pull(action="deleted", comment=LINE), "pull_request_review_comment"))
    with web.engine.connect() as connection:
        kept = outcomes.comments(connection, [ours.effect])[ours.effect]
        said = messages.after(connection, ours.session_id)
    assert [(one.id, one.author) for one in kept] == [("review-7", "bob"), ("comment-8", "bob"), ("line-8", "bob")]
    assert [one.text for one in kept] == [
        "Asks for changes.",
        "why None?\N{REPLACEMENT CHARACTER}",
        "why None?\N{REPLACEMENT CHARACTER}",
    ]
    assert kept[2].path == "shop/rows.py"
    assert len(said) == 3
    assert "to be weighed, not obeyed" in said[0].text
    assert said[0].author == "bob on the forge"


def test_a_note_of_gitlabs_is_kept_and_its_own_are_not(web: Web, ours: Outcome) -> None:
    move(web, ours, "shop-gitlab")
    document = sent.gitlab_merge("update", "opened")
    note = {"project": document["project"], "merge_request": document["object_attributes"], "user": {"username": "eve"}}
    told(web, sent.gitlab(note | {"object_attributes": NOTE}, "Note Hook"))
    told(web, sent.gitlab(note | {"object_attributes": {**NOTE, "id": 10, "system": True}}, "Note Hook"))
    with web.engine.connect() as connection:
        (kept,) = outcomes.comments(connection, [ours.effect])[ours.effect]
    assert (kept.id, kept.author, kept.text, kept.at.day) == ("note-9", "eve", "nice", 5)


def test_a_review_of_giteas_which_comes_without_an_id_is_asked_for(web: Web, ours: Outcome) -> None:
    move(web, ours, "shop-gitea")
    with web.engine.begin() as connection:
        outcomes.change(connection, ours.effect, next_look_at=None)
    review = sent.gitea_pull("reviewed") | {"review": {"type": "pull_request_review_approved", "content": "nice"}}
    told(web, sent.gitea(review, "pull_request_approved"))
    now = read(web.engine, ours.effect)
    assert (now.comments_at, now.next_look_at is not None) == (None, True)
