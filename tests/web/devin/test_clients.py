"""Clients written for the published API, pointed at a started Paramedic by nothing but its base URL and token."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from tests.standins.analysis import Analyst
from tests.web.devin.house import House, running_house

from paramedic.store import sessions
from paramedic.store.service_users import HOME_ORGANISATION


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def working(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    postgres = request.param == "postgresql"
    url = request.getfixturevalue("postgres_databases").new_postgres() if postgres else None
    analyst = Analyst()
    folder = tmp_path_factory.mktemp("working")
    with analyst.running(), running_house(folder, url, worker=True, ANALYSIS_SERVER_BASE_URL=analyst.url) as running:
        yield running


def logged(house: House, url: str) -> str:
    with house.engine.connect() as connection:
        return "\n".join(line.text for line in sessions.log_after(connection, url.rpartition("/")[2]))


class ClientV3:
    """As the published examples have it: a service user's key, an organisation, and a base URL."""

    def __init__(self, base_url: str, key: str, org_id: str) -> None:
        self._http = httpx2.Client(headers={"Authorization": f"Bearer {key}"}, timeout=30.0)
        self._sessions = f"{base_url}/v3/organizations/{org_id}/sessions"

    def create(self, prompt: str, devin_id: str | None = None, **more: object) -> dict:
        query = {"devin_id": devin_id} if devin_id else None
        return self._checked(self._http.post(self._sessions, json={"prompt": prompt, **more}, params=query))

    def get(self, session_id: str) -> dict:
        return self._checked(self._http.get(f"{self._sessions}/{session_id}"))

    def listed(self, **query: object) -> dict:
        return self._checked(self._http.get(self._sessions, params=query))

    def poll(self, session_id: str) -> dict:
        for _ in range(300):
            session = self.get(session_id)
            stopped = session["status"] in ("exit", "error", "suspended")
            if stopped or session["status_detail"] in ("waiting_for_user", "finished"):
                return session
            time.sleep(0.1)
        raise AssertionError("the session never stopped")

    def say(self, session_id: str, message: str) -> dict:
        return self._checked(self._http.post(f"{self._sessions}/{session_id}/messages", json={"message": message}))

    def messages(self, session_id: str) -> list[dict]:
        return self._checked(self._http.get(f"{self._sessions}/{session_id}/messages"))["items"]

    def terminate(self, session_id: str) -> dict:
        return self._checked(self._http.delete(f"{self._sessions}/{session_id}"))

    @staticmethod
    def _checked(response: httpx2.Response) -> dict:
        response.raise_for_status()
        return response.json()


def test_a_v3_client_creates_polls_writes_lists_and_terminates(working: House) -> None:
    client = ClientV3(working.url, working.token, HOME_ORGANISATION)
    address = working.add_issue("4211")
    created = client.create(f"Please look into {address}.", devin_id="job-77", tags=["nightly", "job:77"], title="Crash")
    assert (created["session_id"], created["org_id"], created["title"]) == ("job-77", HOME_ORGANISATION, "Crash")
    assert created["status"] in ("new", "running", "exit")
    again = client.create(f"Please look into {address}.", devin_id="job-77", tags=["nightly", "job:77"])
    assert (again["session_id"], again["is_new_session"]) == ("job-77", False)
    ended = client.poll("job-77")
    assert (ended["status"], ended["status_detail"]) == ("exit", "finished")
    assert ended["structured_output"]["verdict"] == "not_found"
    client.say("job-77", "thank you")
    said = client.messages("job-77")
    assert "opinion, not checked: The cache is empty after a deploy." in said[-1]["message"]
    assert "hunter2secret" not in logged(working, ended["url"])
    assert "Warm it" in logged(working, ended["url"])
    assert [message["source"] for message in said][:2] == ["user", "user"]
    assert any(message["source"] == "devin" and "not_found" in message["message"] for message in said)
    listed = client.listed(tags=["job:77"], first=1)
    assert [item["session_id"] for item in listed["items"]] == ["job-77"]
    assert (listed["total"], listed["has_next_page"]) == (1, False)
    other = client.create("Write me a poem.", tags=["job:78"])
    assert other["status"] == "error"
    assert "PARAMEDIC_MODEL" in client.messages(other["session_id"])[-1]["message"]
    assert client.terminate("job-77")["status"] == "exit"


def test_a_triage_gives_its_findings_in_the_form_of_the_caller_or_says_why_not(working: House) -> None:
    client = ClientV3(working.url, working.token, HOME_ORGANISATION)
    verdict = {"type": "object", "required": ["verdict"], "properties": {"verdict": {"type": "string"}}}
    mood = {"type": "object", "required": ["mood"], "properties": {"mood": {"type": "string"}}}
    client.create(f"!triage {working.add_issue('4221')}", devin_id="formed", structured_output_schema=verdict)
    client.create(f"!triage {working.add_issue('4222')}", devin_id="moody", structured_output_schema=mood)
    assert client.poll("formed")["structured_output"] == {"verdict": "not_found"}
    assert client.poll("moody")["structured_output"] is None
    assert any("structured_output is null. None of its fields" in said["message"] for said in client.messages("moody"))


def test_a_v1_client_creates_polls_writes_lists_and_terminates(working: House) -> None:
    http = httpx2.Client(base_url=f"{working.url}/v1", headers={"Authorization": f"Bearer {working.token}"}, timeout=30.0)
    body = {"prompt": f"Look into {working.add_issue('4212')}", "idempotent": True, "tags": ["job:79"], "snapshot_id": None}
    created = http.post("/sessions", json=body).raise_for_status().json()
    assert set(created) == {"session_id", "url", "is_new_session"}
    assert http.post("/sessions", json=body).json() == created | {"is_new_session": False}
    session: dict = {}
    while session.get("status_enum") not in ("blocked", "finished", "expired"):
        session = http.get(f"/sessions/{created['session_id']}").raise_for_status().json()
    assert (session["status_enum"], session["structured_output"]["verdict"]) == ("finished", "not_found")
    assert session["messages"][0]["type"] == "initial_user_message"
    http.post(f"/sessions/{created['session_id']}/message", json={"message": "thank you"}).raise_for_status()
    listed = http.get("/sessions", params={"tags": "job:79", "limit": 10}).raise_for_status().json()["sessions"]
    assert [(item["session_id"], item["tags"]) for item in listed] == [(created["session_id"], ["job:79"])]
    http.delete(f"/sessions/{created['session_id']}").raise_for_status()
    http.close()


@pytest.mark.node
@pytest.mark.parametrize("version", ["v3", "v1"])
def test_a_node_client_does_the_same(working: House, version: str) -> None:
    address = working.add_issue(f"42{13 if version == 'v3' else 14}")
    script = Path(__file__).with_name(f"client_{version}.mjs")
    command = ["node", str(script), working.url, working.token, HOME_ORGANISATION, f"Look into {address}", f"node-{version}"]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    seen = json.loads(done.stdout)
    assert seen["session"]["structured_output"]["verdict"] == "not_found"
    if version == "v3":
        assert (seen["session"]["status"], seen["session"]["status_detail"]) == ("exit", "finished")
        assert [item["session_id"] for item in seen["listed"]["items"]] == [seen["created"]["session_id"]]
        assert [message["source"] for message in seen["messages"]["items"]][:2] == ["user", "user"]
        assert seen["ended"]["status"] == "exit"
    else:
        assert (seen["again"]["session_id"], seen["again"]["is_new_session"]) == (seen["created"]["session_id"], False)
        assert any(message["message"] == "thank you" for message in seen["after"]["messages"])
        assert [item["session_id"] for item in seen["listed"]["sessions"]] == [seen["created"]["session_id"]]
