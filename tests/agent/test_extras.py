"""Gemini and Bedrock by their own libraries, which come with an extra: through HTTP servers that speak their protocols."""

from __future__ import annotations

import pytest
from tests.agent.shop import ENOUGH, case_of
from tests.standins.base import Fault
from tests.standins.models import Call, Provider, Said, answer, tells

from paramedic.agent import investigate
from paramedic.integrations.models.client import ModelClient, open_models, try_out
from paramedic.integrations.models.providers import is_installed
from paramedic.model.agent import Forgetful, Investigation, Limits, StopReason
from paramedic.settings import Settings
from paramedic.settings.file import AgentConfig
from paramedic.source.tree import SourceTree

PRICE = {"input": "1", "output": "10"}
CONFIG = AgentConfig.model_validate({"prices": {"google:tester": PRICE, "bedrock:tester": PRICE}})
LIBRARIES = {"google": "google.genai", "bedrock": "boto3"}
BUSY = {
    "google": {"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}},
    "bedrock": {"message": "slow down"},
}


@pytest.fixture(params=LIBRARIES)
def name(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if not is_installed(LIBRARIES[request.param]):
        pytest.skip(f"{LIBRARIES[request.param]} is not installed: pip install 'paramedic[{request.param}]'")
    for variable, value in (("ACCESS_KEY_ID", "AKIATESTER"), ("SECRET_ACCESS_KEY", "tester"), ("REGION", "eu-central-1")):
        monkeypatch.setenv(f"AWS_{variable}", value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    return str(request.param)


def models(provider: Provider, name: str) -> tuple[ModelClient, ...]:
    values = {"paramedic_model": f"{name}:tester", "paramedic_model_base_url": provider.url, "paramedic_model_api_key": "k"}
    return open_models(Settings(**values), CONFIG)


def run(tree: SourceTree, provider: Provider, name: str, journal: Forgetful, waited: list[float] | None = None) -> Investigation:
    wait = waited.append if waited is not None else lambda _seconds: None
    return investigate(case_of(tree), models(provider, name), journal, Limits(), lambda _line: None, wait)


def test_a_session_reads_answers_and_costs_what_the_provider_counted(tree: SourceTree, name: str) -> None:
    twice = Said("Both.", calls=(Call("read_file", {"path": "prices.py"}), Call("list_files")))
    provider = Provider(tells((twice, answer("Grüße, 세계"))))
    journal = Forgetful(ENOUGH)
    with provider.running():
        found = run(tree, provider, name, journal)
    assert (found.stop, provider.calls) == (StopReason.ANSWERED, 2), found.reason
    assert found.answer is not None
    assert found.answer.summary == "Grüße, 세계"
    assert "RATES[country]" in provider.sent[1]
    assert (found.cost.tokens, found.cost.micro_dollars) == (2200, 4000)
    assert journal.spent == found.cost


@pytest.mark.parametrize(
    ("status", "body", "charged"),
    [(429, None, False), (500, None, True), (200, "this is no JSON", True)],
    ids=["busy", "broken", "no JSON"],
)
def test_what_fails_is_tried_again_by_us_alone_and_counts_where_it_may_have_been_charged(
    tree: SourceTree, name: str, status: int, body: str | None, charged: bool
) -> None:
    provider = Provider(tells((answer(),)))
    provider.faults = [Fault(status, body or BUSY[name], {"Content-Type": "application/json"})]
    journal = Forgetful(ENOUGH)
    waited: list[float] = []
    with provider.running():
        found = run(tree, provider, name, journal, waited)
    assert (found.stop, provider.calls, len(waited)) == (StopReason.ANSWERED, 2, 1), found.reason
    assert (journal.spent.micro_dollars > found.cost.micro_dollars) is charged


def test_doctor_learns_latency_price_and_tools(name: str) -> None:
    provider = Provider(tells((Said(calls=(Call("ready"),)),)))
    with provider.running():
        tried = try_out(models(provider, name)[0])
    assert (tried.uses_tools, tried.cost.micro_dollars, provider.calls) == (True, 2000, 1)
