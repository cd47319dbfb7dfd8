"""Clients written for the published API, pointed at a started Paramedic by nothing but its base URL and token."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx2
import pytest
from tests.web.devin.house import House, running_house

from paramedic.store.service_users import HOME_ORGANISATION


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def working(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    with running_house(tmp_path_factory.mktemp("working"), server, worker=True) as running:
        yield running


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
    assert [message["source"] for message in said][:2] == ["user", "user"]
    assert any(message["source"] == "devin" and "not_found" in message["message"] for message in said)
    listed = client.listed(tags=["job:77"], first=1)
    assert [item["session_id"] for item in listed["items"]] == ["job-77"]
    assert (listed["total"], listed["has_next_page"]) == (1, False)
    other = client.create("Write me a poem.", tags=["job:78"])
    assert other["status"] == "error"
    assert "PARAMEDIC_MODEL" in client.messages(other["session_id"])[-1]["message"]
    assert client.terminate("job-77")["status"] == "exit"
