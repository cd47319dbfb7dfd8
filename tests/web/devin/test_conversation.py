"""A prompt session with a model: it answers, waits, is woken by a message, and knows what it was taught."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tests.standins.models import Provider, Said, answer
from tests.web.devin.house import House, running_house, until

from paramedic.store import sessions

SCHEMA = {
    "type": "object",
    "required": ["count", "where"],
    "properties": {"count": {"type": "integer", "minimum": 1}, "where": {"type": "array", "items": {"type": "string"}}},
}
OUTPUT = {"count": 2, "where": ["prices.py", "token=hunter2hunter2"]}


def replies(_number: int, sent: str) -> Said:
    if "in a form of mine" in sent:
        told = "output.count: 0 is less than the minimum of 1" in sent
        return answer("Counted.", claims=[], output=OUTPUT if told else OUTPUT | {"count": 0})
    if "Put what was found into the output" in sent:
        return answer("Put.", claims=[], output=OUTPUT)
    if "And the second?" in sent:
        return answer("The second answer.", claims=[])
    return answer("Take rows in order [K1], after the playbook [P1].", claims=[])


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def taught(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Provider]]:
    """A house whose model is a provider on loopback."""
    postgres = request.param == "postgresql"
    url = request.getfixturevalue("postgres_databases").new_postgres() if postgres else None
    provider = Provider(replies)
    with provider.running():
        settings = {
            "PARAMEDIC_MODEL": "openai:gpt-4o-mini",
            "PARAMEDIC_MODEL_BASE_URL": f"{provider.url}/v1",
            "OPENAI_API_KEY": "k",
        }
        with running_house(tmp_path_factory.mktemp("taught"), url, worker=True, **settings) as house:
            yield house, provider


def test_a_session_answers_waits_and_is_woken_by_a_message(taught: tuple[House, Provider]) -> None:
    house, provider = taught
    note = {"name": "Deadlocks", "trigger": "deadlock in orders", "body": "Rows are taken in the order of their ids."}
    assert house.call("POST", f"{house.org}/knowledge/notes", note).status_code == 200
    made = house.call("POST", f"{house.org}/sessions", {"prompt": "!triage the deadlock in orders", "tags": ["talk"]}).json()
    path = f"{house.org}/sessions/{made['session_id']}"

    def waits() -> bool:
        session = house.call("GET", path).json()
        return (session["status"], session["status_detail"]) == ("running", "waiting_for_user")

    def said() -> list[tuple[str, str]]:
        return [(message["source"], message["message"]) for message in house.call("GET", f"{path}/messages").json()["items"]]

    until(waits)
    assert said()[-1] == ("devin", "Take rows in order [K1], after the playbook [P1].")
    assert house.call("GET", "/v1/sessions", tags=["talk"]).json()["sessions"][0]["status_enum"] == "blocked"
    asked = json.dumps(provider.conversations[0], ensure_ascii=False)
    assert "Rows are taken in the order of their ids." in asked
    assert "Go down the stack to the first frame" in asked
    house.call("POST", f"{path}/messages", {"message": "And the second?"}).raise_for_status()
    until(lambda: said()[-1] == ("devin", "The second answer."))
    until(waits)
    assert [source for source, _text in said()] == ["user", "devin", "user", "devin"]
    with house.engine.connect() as connection:
        log = [line.text for line in sessions.log_after(connection, made["session_id"].removeprefix("devin-"))]
    assert "The answer cites P1, K1 of what was recalled." in log
    assert 0 < house.call("GET", path).json()["acus_consumed"] < 0.01
    assert house.call("DELETE", path).json()["status"] == "exit"
    house.call("POST", f"{path}/messages", {"message": "Are you there?"}).raise_for_status()
    assert "has ended" in said()[-1][1]


@pytest.mark.parametrize("whose", ["prompt", "playbook"])
def test_the_answer_is_held_to_the_schema_of_the_caller_or_of_the_playbook(taught: tuple[House, Provider], whose: str) -> None:
    house, provider = taught
    body: dict[str, object] = {"prompt": f"Count in a form of mine ({whose})"}
    if whose == "prompt":
        body["structured_output_schema"] = SCHEMA
    else:
        playbook = {"title": "Counting", "body": "Count.", "structured_output_schema": SCHEMA}
        body["playbook_id"] = house.call("POST", f"{house.org}/playbooks", playbook).json()["playbook_id"]
    before = provider.calls
    path = f"{house.org}/sessions/{house.call('POST', f'{house.org}/sessions', body).json()['session_id']}"
    until(lambda: house.call("GET", path).json()["status_detail"] == "waiting_for_user")
    session = house.call("GET", path).json()
    assert session["structured_output"] == {"count": 2, "where": ["prices.py", "token=[hidden]"]}
    assert provider.calls == before + 2


def test_a_triage_is_put_into_the_form_of_the_caller_by_the_model(taught: tuple[House, Provider]) -> None:
    house, provider = taught
    before = provider.calls
    body = {"prompt": f"!triage {house.add_issue('4231')}", "structured_output_schema": SCHEMA}
    path = f"{house.org}/sessions/{house.call('POST', f'{house.org}/sessions', body).json()['session_id']}"
    until(lambda: house.call("GET", path).json()["status"] == "exit")
    session = house.call("GET", path).json()
    assert session["structured_output"] == {"count": 2, "where": ["prices.py", "token=[hidden]"]}
    assert "Verdict: not_found" in provider.sent[-1]
    assert provider.calls == before + 1
    assert session["acus_consumed"] > 0


def test_a_limit_of_the_caller_holds_below_the_configured_one(taught: tuple[House, Provider]) -> None:
    house, provider = taught
    before = provider.calls
    body = {"prompt": "an expensive question", "max_acu_limit": 0.000001}
    path = f"{house.org}/sessions/{house.call('POST', f'{house.org}/sessions', body).json()['session_id']}"
    until(lambda: house.call("GET", path).json()["status_detail"] == "waiting_for_user")
    said = house.call("GET", f"{path}/messages").json()["items"][-1]["message"]
    assert "budget" in said
    assert provider.calls == before
