"""What calls mean, and what becomes of odd ones, on both databases."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from tests.web.devin.house import House

from paramedic.store import sessions
from paramedic.store.schema import effects
from paramedic.store.service_users import HOME_ORGANISATION
from paramedic.store.sessions import SessionState

ORG = f"/v3/organizations/{HOME_ORGANISATION}"


def create(house: House, prompt: str = "hello", **more: Any) -> dict[str, Any]:
    answer = house.call("POST", f"{ORG}/sessions", {"prompt": prompt, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def log_of(house: House, name: str) -> str:
    with house.engine.connect() as connection:
        return "\n".join(line.text for line in sessions.log_after(connection, name.removeprefix("devin-")))


def test_pages_hold_every_session_once(house: House) -> None:
    made = [create(house, f"number {number}", tags=["paged"])["session_id"] for number in range(5)]
    seen: list[str] = []
    query: dict[str, Any] = {"tags": ["paged"], "first": 2}
    while True:
        page = house.call("GET", f"{ORG}/sessions", **query).json()
        seen += [item["session_id"] for item in page["items"]]
        assert page["total"] == 5
        if not page["has_next_page"]:
            break
        query["after"] = page["end_cursor"]
    assert seen == made[::-1]
    old = house.call("GET", "/v1/sessions", tags=["paged"], limit=2, offset=3).json()["sessions"]
    assert [item["session_id"] for item in old] == made[1::-1]


def test_a_list_is_narrowed_by_any_tag_playbook_origin_name_and_time(house: House) -> None:
    playbook = house.call("POST", f"{ORG}/playbooks", {"title": "Narrow", "body": "b", "macro": "!narrow"}).json()["playbook_id"]
    first = create(house, "one", tags=["n-1", "n-a"], playbook_id=playbook)
    second = create(house, "two", tags=["n-2"])

    def listed(**query: Any) -> set[str]:
        return {item["session_id"] for item in house.call("GET", f"{ORG}/sessions", **query).json()["items"]}

    both = {first["session_id"], second["session_id"]}
    assert listed(tags=["n-1", "n-2"]) == both
    assert listed(playbook_id=playbook) == {first["session_id"]}
    assert listed(session_ids=sorted(both)) == both
    assert listed(tags=["n-1"], origins=["slack"]) == set()
    assert listed(tags=["n-1"], origins=["api"], created_after=first["created_at"]) == {first["session_id"]}
    assert listed(tags=["n-1"], created_after=first["created_at"] + 3600) == set()


def test_one_name_is_one_session_whatever_is_asked_under_it(house: House) -> None:
    path = f"{ORG}/sessions?devin_id=devin-nightly-1"
    first = house.call("POST", path, {"prompt": "a", "tags": ["x"]}).json()
    again = house.call("POST", path, {"prompt": "b", "tags": ["y"]}).json()
    assert (first["is_new_session"], again["is_new_session"]) == (True, False)
    assert again["session_id"] == "devin-nightly-1"
    assert again["tags"] == ["x"]
    assert house.call("GET", f"{ORG}/sessions/devin-nightly-1").json()["created_at"] == first["created_at"]


def test_v1_knows_the_same_prompt_again_when_it_is_asked_to(house: House) -> None:
    body = {"prompt": "the same", "idempotent": True, "tags": ["v1"]}
    first, again = (house.call("POST", "/v1/sessions", body).json() for _ in range(2))
    assert (first["is_new_session"], again["is_new_session"]) == (True, False)
    assert first["session_id"] == again["session_id"]
    assert house.call("POST", "/v1/sessions", body | {"idempotent": False}).json()["is_new_session"] is True
    assert first["url"].endswith(f"/sessions/{first['session_id'].removeprefix('devin-')}")


def test_two_prompts_about_one_issue_share_its_session(house: House) -> None:
    address = house.add_issue("9101")
    first = create(house, f"Look at <{address}>", tags=["share-1"])
    second = house.call("POST", f"{ORG}/sessions?devin_id=share-2", {"prompt": f"[{address}]", "tags": ["share-2"]}).json()
    assert (second["is_new_session"], second["tags"]) == (False, ["share-1", "share-2"])
    said = house.call("GET", f"{ORG}/sessions/share-2/messages").json()["items"]
    assert [message["message"] for message in said] == [f"Look at <{address}>", f"[{address}]"]
    assert first["status"] == "new"


@pytest.mark.parametrize(
    "prompt",
    [
        "https://github.com/acme/shop/issues/4",
        "https://sentry.example.org/organizations/acme/issues/77/",
        "https://acme.sentry.io/settings/",
        "https://",
        "http://[::1",
        "x" * 10_000 + " https:// " * 100,
    ],
)
def test_an_address_of_something_else_is_no_issue(house: House, prompt: str) -> None:
    assert create(house, prompt)["status"] == "error"


def test_fields_without_effect_are_noted(house: House) -> None:
    made = create(house, "x", platform="windows", bypass_approval=True, session_secrets=[{"key": "K", "value": "s3cret"}], zzz=1)
    log = log_of(house, made["session_id"])
    for name in ("platform", "bypass_approval", "session_secrets", "zzz"):
        assert name in log
    assert "s3cret" not in log


def test_a_terminated_session_is_over(house: House) -> None:
    made = create(house, house.add_issue("9102"))
    ended = house.call("DELETE", f"{ORG}/sessions/{made['session_id']}").json()
    assert (ended["status"], ended["status_detail"]) == ("exit", None)
    assert house.call("GET", f"/v1/sessions/{made['session_id']}").json()["status_enum"] == "expired"
    again = create(house, "Look again: " + house.add_issue("9102"))
    assert again["session_id"] != made["session_id"]


def test_playbooks_have_versions_and_macros(house: House) -> None:
    body = {"title": "Restart", "body": "# Procedure\n1. Restart.", "macro": "!restart"}
    made = house.call("POST", f"{ORG}/playbooks", body).json()
    changed = house.call("PUT", f"{ORG}/playbooks/{made['playbook_id']}", body | {"body": "2"}).json()
    assert (made["version"], changed["version"], changed["macro"]) == (1, 2, "!restart")
    versions = house.call("GET", f"{ORG}/playbooks/{made['playbook_id']}/versions").json()["items"]
    assert [version["body"] for version in versions] == [body["body"], "2"]
    assert house.call("POST", f"{ORG}/playbooks", body).status_code == 400
    listed = house.call("GET", f"{ORG}/playbooks", first=2).json()
    assert len(listed["items"]) == 2 and listed["has_next_page"]
    session = create(house, "Please !restart it")
    assert "called by !restart" in log_of(house, session["session_id"])
    assert house.call("DELETE", f"{ORG}/playbooks/{made['playbook_id']}").status_code == 200
    assert house.call("GET", f"{ORG}/playbooks/{made['playbook_id']}").status_code == 404


def test_knowledge_is_the_same_in_both_versions(house: House) -> None:
    old = {"name": "Old", "body": "b", "trigger_description": "When old", "parent_folder_id": "ops"}
    made = house.call("POST", "/v1/knowledge", old).json()
    assert made["trigger_description"] == "When old"
    note = house.call("GET", f"{ORG}/knowledge/notes/{made['id']}").json()
    assert (note["trigger"], note["folder_id"], note["is_enabled"]) == ("When old", "ops", True)
    changed = house.call(
        "PUT", f"{ORG}/knowledge/notes/{made['id']}", {"name": "New", "body": "b", "trigger": "t", "pinned_repo": "all"}
    ).json()
    assert (changed["version"], changed["pinned_repo"]) == (2, "all")
    assert "ops" not in [folder["name"] for folder in house.call("GET", f"{ORG}/knowledge/folders").json()["folders"]]
    assert house.call("DELETE", f"/v1/knowledge/{made['id']}").status_code == 200


def test_a_schedule_is_stored_and_changed(house: House) -> None:
    made = house.call("POST", f"{ORG}/schedules", {"name": "n", "prompt": "p", "frequency": "0 9 * * 1-5", "tags": ["w"]}).json()
    assert (made["enabled"], made["schedule_type"], made["consecutive_failures"]) == (True, "recurring", 0)
    path = f"{ORG}/schedules/{made['scheduled_session_id']}"
    changed = house.call("PATCH", path, {"enabled": False, "tags": None}).json()
    assert (changed["enabled"], changed["tags"], changed["frequency"]) == (False, None, "0 9 * * 1-5")
    assert house.call("PATCH", path, {"prompt": None}).status_code == 422
    assert house.call("DELETE", path).status_code == 200
    assert house.call("GET", path).status_code == 404


BAD_BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"[" * 100_000,
    b'{"prompt": 7}',
    b'{"prompt": ""}',
    b'{"prompt": null}',
    b'{"prompt": ["x"]}',
    b'{"title": "no prompt"}',
    b'{"prompt": "a\\u0000b"}',
    b'{"prompt": "\\ud800"}',
    b'{"prompt": "x", "tags": "not a list"}',
    b'{"prompt": "x", "tags": [""]}',
    b'{"prompt": "x", "tags": [1]}',
    b'{"prompt": "x", "title": ""}',
    b'{"prompt": "x", "max_acu_limit": -1}',
    b'{"prompt": "x", "max_acu_limit": NaN}',
    b'{"prompt": "x", "structured_output_schema": []}',
    b'{"prompt": "x", "structured_output_schema": {"type": "nothing"}}',
    b'{"prompt": "x", "structured_output_schema": {"properties": {"a": 3}}}',
    b'{"prompt": "x", "structured_output_schema": {"maximum": Infinity}}',
    json.dumps({"prompt": "x", "structured_output_schema": {"d": "y" * 70_000}}).encode(),
    json.dumps({"prompt": "x", "tags": [str(number) for number in range(51)]}).encode(),
    json.dumps({"prompt": "x" * 400_001}).encode(),
    b"\xff\xfe",
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: repr(body[:40]))
@pytest.mark.parametrize("path", [f"{ORG}/sessions", "/v1/sessions"])
def test_a_bad_body_is_refused_in_the_apis_shape(house: House, path: str, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {house.token}", "Content-Type": "application/json"}
    answer = house.client.post(house.url + path, content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.json()["detail"]


def test_a_huge_body_is_refused_before_it_is_read(house: House) -> None:
    answer = house.call("POST", f"{ORG}/sessions", {"prompt": "x" * 1_100_000})
    assert (answer.status_code, "PARAMEDIC_BODY_LIMIT" in answer.json()["detail"]) == (413, True)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "sessions?first=0", 422),
        ("GET", "sessions?first=201", 422),
        ("GET", "sessions?first=x", 422),
        ("GET", "sessions?after=nothing", 400),
        ("GET", "sessions?created_after=99999999999999999999", 422),
        ("GET", "sessions/devin-none", 404),
        ("GET", "sessions/" + "x" * 5000, 404),
        ("GET", "sessions/..%2f..%2fetc", 404),
        ("GET", "sessions/%27%20OR%201=1--", 404),
        ("DELETE", "sessions/none", 404),
        ("GET", "sessions/none/messages", 404),
        ("GET", "playbooks/none", 404),
        ("GET", "playbooks?after=none", 422),
        ("GET", "knowledge/notes/none", 404),
        ("GET", "schedules/none", 404),
        ("GET", "sessions/none/nothing", 404),
    ],
)
def test_an_odd_address_is_refused_in_the_apis_shape(house: House, method: str, path: str, status: int) -> None:
    answer = house.call(method, f"{ORG}/{path}")
    assert answer.status_code == status
    assert answer.json()["detail"]


@pytest.mark.parametrize("path", ["sessions/%00", "sessions?playbook_id=%00", "sessions?tags=%00", "playbooks/%00"])
def test_a_nul_never_becomes_a_failure_of_ours(house: House, path: str) -> None:
    assert house.call("GET", f"{ORG}/{path}").status_code in (200, 404, 422)


@pytest.mark.parametrize("name", ["a b", "prompt#x", "../x", "x" * 181, "\u00e4"])
def test_an_odd_name_for_a_session_is_refused(house: House, name: str) -> None:
    answer = house.call("POST", f"{ORG}/sessions", {"prompt": "x"}, devin_id=name)
    assert answer.status_code == 422


@pytest.mark.parametrize("frequency", ["daily", "* * * *", "* * * * * *", "; rm -rf /", ""])
def test_a_schedule_that_never_comes_is_refused(house: House, frequency: str) -> None:
    body = {"name": "n", "prompt": "p", "frequency": frequency}
    assert house.call("POST", f"{ORG}/schedules", body).status_code == 422


def test_one_name_asked_for_at_once_by_many_is_one_session(house: House) -> None:
    address = house.add_issue("9103")

    def post(number: int) -> dict[str, Any]:
        name = "rush" if number % 2 else f"rush-{number}"
        return house.call("POST", f"{ORG}/sessions?devin_id={name}", {"prompt": f"{number}: {address}"}).json()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(16)))
    assert len({answer["url"] for answer in answers}) == 1
    assert sum(answer["is_new_session"] for answer in answers) == 1
    said = house.call("GET", f"{ORG}/sessions/rush/messages").json()["items"]
    assert len(said) == 9
    assert len({message["event_id"] for message in said}) == 9


def test_a_verdict_is_not_the_end_while_a_yes_or_money_is_missing(house: House) -> None:
    made = house.call("POST", f"{house.org}/sessions", {"prompt": f"Look into {house.add_issue('990017')}"}).json()
    session_id = made["session_id"].removeprefix("devin-")

    def states() -> tuple[str, str, str]:
        session = house.call("GET", f"{house.org}/sessions/{session_id}").json()
        return session["status"], session["status_detail"], house.call("GET", f"/v1/sessions/{session_id}").json()["status_enum"]

    with house.engine.begin() as connection:
        result = {"verdict": "reproduced", "agent": {"stop": "budget"}}
        sessions.finish(connection, session_id, SessionState.FINISHED, verdict="reproduced", summary="s", result=result)
        issue_id = sessions.read(connection, session_id).issue_id
    assert states() == ("suspended", "usage_limit_exceeded", "blocked")
    effect = {"key": f"{house.engine.name}990017", "kind": "comment", "state": "pending", "issue_id": issue_id, "cause": "",
              "session_id": session_id, "requires": [], "payload": {}, "proposed_at": datetime.now(UTC)}  # fmt: skip
    with house.engine.begin() as connection:
        connection.execute(sa.insert(effects).values(effect))
    assert states() == ("running", "waiting_for_approval", "blocked")
    with house.engine.begin() as connection:
        connection.execute(sa.update(effects).where(effects.c.session_id == session_id).values(state="rejected"))
        sessions.resume(connection, session_id)
        sessions.finish(connection, session_id, SessionState.FINISHED, verdict="diagnosed", summary="s", result={"agent": None})
    assert states() == ("exit", "finished", "finished")
