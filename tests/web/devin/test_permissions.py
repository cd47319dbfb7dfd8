"""Who may do what, as a table: each call by a token with one permission, on both databases."""

from __future__ import annotations

import httpx2
import pytest
from tests.web.devin.house import House

from paramedic.store import service_users
from paramedic.store.service_users import HOME_ORGANISATION
from paramedic.web.devin.permissions import Permission as May

ORG = f"/v3/organizations/{HOME_ORGANISATION}"
PROMPT = {"prompt": "hello"}
PLAYBOOK = {"title": "t", "body": "b"}
NOTE = {"name": "n", "body": "b", "trigger": "t"}
SCHEDULE = {"name": "n", "prompt": "p", "frequency": "0 9 * * 1-5"}
USERS = {May.USE_SESSIONS, May.MANAGE_SESSIONS}
VIEWERS = {May.VIEW_SESSIONS, May.MANAGE_SESSIONS}

CALLS = [
    ("GET", "/v3/self", None, set(May)),
    ("GET", "/v3/enterprise/organizations", None, set(May)),
    ("POST", f"{ORG}/sessions", PROMPT, USERS),
    ("GET", f"{ORG}/sessions", None, VIEWERS),
    ("GET", f"{ORG}/sessions/SESSION", None, VIEWERS),
    ("GET", f"{ORG}/sessions/SESSION/messages", None, VIEWERS),
    ("POST", f"{ORG}/sessions/SESSION/messages", {"message": "hello"}, USERS),
    ("GET", f"{ORG}/sessions/SESSION/tags", None, VIEWERS),
    ("PUT", f"{ORG}/sessions/SESSION/tags", {"tags": ["a"]}, {May.MANAGE_SESSIONS}),
    ("POST", f"{ORG}/sessions/SESSION/tags", {"tags": ["b"]}, {May.MANAGE_SESSIONS}),
    ("DELETE", f"{ORG}/sessions/SESSION", None, {May.MANAGE_SESSIONS}),
    ("GET", f"{ORG}/playbooks", None, {May.VIEW_PLAYBOOKS, May.MANAGE_PLAYBOOKS}),
    ("POST", f"{ORG}/playbooks", PLAYBOOK, {May.MANAGE_PLAYBOOKS}),
    ("GET", f"{ORG}/knowledge/notes", None, {May.VIEW_KNOWLEDGE, May.MANAGE_KNOWLEDGE}),
    ("GET", f"{ORG}/knowledge/folders", None, {May.VIEW_KNOWLEDGE, May.MANAGE_KNOWLEDGE}),
    ("POST", f"{ORG}/knowledge/notes", NOTE, {May.MANAGE_KNOWLEDGE}),
    ("GET", f"{ORG}/schedules", None, {May.VIEW_SCHEDULES, May.MANAGE_SCHEDULES}),
    ("POST", f"{ORG}/schedules", SCHEDULE, {May.MANAGE_SCHEDULES}),
    ("POST", "/v1/sessions", PROMPT, USERS),
    ("GET", "/v1/sessions", None, VIEWERS),
    ("GET", "/v1/sessions/SESSION", None, VIEWERS),
    ("POST", "/v1/sessions/SESSION/message", {"message": "hello"}, USERS),
    ("DELETE", "/v1/sessions/SESSION", None, {May.MANAGE_SESSIONS}),
    ("GET", "/v1/playbooks", None, {May.VIEW_PLAYBOOKS, May.MANAGE_PLAYBOOKS}),
    ("POST", "/v1/playbooks", PLAYBOOK, {May.MANAGE_PLAYBOOKS}),
    ("GET", "/v1/knowledge", None, {May.VIEW_KNOWLEDGE, May.MANAGE_KNOWLEDGE}),
    ("POST", "/v1/knowledge", NOTE, {May.MANAGE_KNOWLEDGE}),
]


@pytest.fixture(scope="module")
def tokens(house: House) -> dict[May, str]:
    return {permission: house.new_token(permission) for permission in May}


@pytest.fixture(scope="module")
def session(house: House) -> str:
    return house.call("POST", f"{ORG}/sessions", PROMPT).json()["session_id"]


@pytest.mark.parametrize(("method", "path", "body", "allowed"), CALLS, ids=lambda value: value if isinstance(value, str) else "")
def test_each_permission_opens_what_it_names(
    house: House, tokens: dict[May, str], session: str, method: str, path: str, body: object, allowed: set[May]
) -> None:
    address = path.replace("SESSION", session)
    answers = {may: house.call(method, address, body, token=token).status_code for may, token in tokens.items()}
    assert answers == {may: 200 if may in allowed else 403 for may in May}


def test_another_persons_name_needs_a_permission_of_its_own(house: House) -> None:
    body = PROMPT | {"create_as_user_id": "user-ann"}
    plain, both = house.new_token(May.USE_SESSIONS), house.new_token(May.USE_SESSIONS, May.IMPERSONATE)
    assert house.call("POST", f"{ORG}/sessions", body, token=plain).status_code == 403
    assert house.call("POST", f"{ORG}/sessions", body, token=both).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer cog_wrong", "Basic cog_wrong", "Bearer cog_w\u00f6rng"])
def test_without_a_valid_token_nothing_is_shown(house: House, header: str) -> None:
    answer = httpx2.get(f"{house.url}{ORG}/sessions", headers={"Authorization": header.encode("latin-1")})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "paramedic tokens create" in answer.json()["detail"]


def test_a_revoked_token_is_refused_and_none_is_stored_in_clear(house: House) -> None:
    with house.engine.begin() as connection:
        user, token = service_users.create(connection, "short-lived", [May.VIEW_SESSIONS], HOME_ORGANISATION)
    assert house.call("GET", f"{ORG}/sessions", token=token).status_code == 200
    with house.engine.begin() as connection:
        service_users.revoke(connection, user.id)
        stored = connection.exec_driver_sql("SELECT * FROM service_users").all()
    assert house.call("GET", f"{ORG}/sessions", token=token).status_code == 401
    assert token not in repr(stored)


def test_an_organisation_sees_nothing_of_another(house: House, session: str) -> None:
    theirs = house.new_token(org_id="org-theirs")
    own = "/v3/organizations/org-theirs"
    for path in (f"{ORG}/sessions", f"{ORG}/sessions/{session}", f"{ORG}/playbooks", "/v3/organizations/org-none/sessions"):
        assert house.call("GET", path, token=theirs).status_code == 403
    assert house.call("GET", f"{own}/sessions/{session}", token=theirs).status_code == 404
    assert house.call("GET", f"/v1/sessions/{session}", token=theirs).status_code == 404
    assert house.call("POST", f"{own}/sessions/{session}/messages", {"message": "x"}, token=theirs).status_code == 404
    assert house.call("DELETE", f"{own}/sessions/{session}", token=theirs).status_code == 404
    assert house.call("GET", f"{own}/sessions", token=theirs, session_ids=[session]).json()["items"] == []
    assert house.call("GET", f"{own}/sessions", token=theirs, after=session.removeprefix("devin-")).json()["items"] == []
    playbook = house.call("POST", f"{ORG}/playbooks", PLAYBOOK).json()["playbook_id"]
    note = house.call("POST", f"{ORG}/knowledge/notes", NOTE).json()["note_id"]
    schedule = house.call("POST", f"{ORG}/schedules", SCHEDULE).json()["scheduled_session_id"]
    for path in (f"playbooks/{playbook}", f"knowledge/notes/{note}", f"schedules/{schedule}"):
        assert house.call("GET", f"{own}/{path}", token=theirs).status_code == 404
        assert house.call("DELETE", f"{own}/{path}", token=theirs).status_code == 404
    assert house.call("POST", f"{own}/sessions", PROMPT | {"playbook_id": playbook}, token=theirs).status_code == 404
    assert [row["org_id"] for row in house.call("GET", "/v3/enterprise/organizations", token=theirs).json()["items"]] == [
        "org-theirs"
    ]


def test_an_organisation_cannot_join_what_another_looks_into(house: House) -> None:
    address = house.add_issue("9001")
    assert house.call("POST", f"{ORG}/sessions", {"prompt": address}).status_code == 200
    theirs = house.new_token(org_id="org-theirs")
    answer = house.call("POST", "/v3/organizations/org-theirs/sessions", {"prompt": address}, token=theirs)
    assert answer.status_code == 409
    assert house.call("GET", "/v3/organizations/org-theirs/sessions", token=theirs).json()["total"] == 0
