"""Providers that are slow, full, broken or unknown: what is tried again, what it counts for, and what a person is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.agent.shop import CONFIG, ENOUGH, case_of, models_for, run
from tests.standins.base import Fault
from tests.standins.models import Provider, Said, answer, tells

from paramedic.agent import investigate
from paramedic.integrations.models import providers
from paramedic.integrations.models.client import open_models, try_out
from paramedic.model.agent import Cost, Forgetful, Limits, StopReason
from paramedic.model.errors import NotConfigured
from paramedic.settings import Settings
from paramedic.settings.file import AgentConfig
from paramedic.source.tree import SourceTree

ONE = (answer(),)


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
def test_a_rate_limit_is_waited_out_as_long_as_the_provider_wishes_and_costs_nothing(tree: SourceTree, protocol: str) -> None:
    provider = Provider(tells(ONE))
    provider.faults = [Fault(429, {"error": {"message": "slow down", "type": "rate_limit_error"}}, {"Retry-After": "7"})] * 2
    waited: list[float] = []
    journal = Forgetful(ENOUGH)
    with provider.running():
        found = run(case_of(tree), provider, protocol=protocol, wait=waited.append, journal=journal)
    assert (found.stop, waited, provider.calls) == (StopReason.ANSWERED, [7.0, 7.0], 3)
    assert journal.spent == found.cost


@pytest.mark.parametrize(
    ("fault", "charged"),
    [
        (Fault(500, {"error": {"message": "oh no"}}), True),
        (Fault(200, "this is no JSON"), True),
        (Fault(200, {"id": "x", "object": "chat.completion", "choices": []}), True),
        (Fault(drop=True), True),
        (
            Fault(200, '{"id": "chatcmpl-1", "choices": [{"mess', {"Content-Length": "5000", "Connection": "close"}),
            True,
        ),
        (Fault(529, {"error": {"message": "overloaded"}}), False),
    ],
    ids=["500", "no JSON", "no choices", "dropped", "truncated", "overloaded"],
)
def test_a_call_that_may_have_been_charged_counts_and_is_tried_again(tree: SourceTree, fault: Fault, charged: bool) -> None:
    provider = Provider(tells(ONE))
    provider.faults = [fault]
    journal = Forgetful(ENOUGH)
    with provider.running():
        found = run(case_of(tree), provider, journal=journal)
    assert (found.stop, provider.calls) == (StopReason.ANSWERED, 2), found.reason
    assert (journal.spent.micro_dollars > found.cost.micro_dollars) is charged


def test_a_provider_that_hangs_is_left(tree: SourceTree) -> None:
    provider = Provider(tells(ONE))
    provider.faults = [Fault(seconds=1.0)]
    with provider.running():
        quick = [replace(model, silent_seconds=0.3) for model in models_for(provider)]
        found = investigate(case_of(tree), quick, Forgetful(ENOUGH), Limits(), lambda _line: None, lambda _seconds: None)
    assert (found.stop, provider.calls) == (StopReason.ANSWERED, 2)


def test_a_wrong_key_is_not_tried_again_and_another_model_takes_over(tree: SourceTree) -> None:
    first, second = Provider(tells(ONE)), Provider(tells(ONE))
    first.faults = [Fault(401, {"error": {"message": "wrong key"}})]
    lines: list[str] = []
    with first.running(), second.running():
        fallback = f"openai:tester@{second.url}/v1"
        found = run(case_of(tree), first, lines=lines, paramedic_model_fallback=fallback)
    assert (found.stop, first.calls, second.calls) == (StopReason.ANSWERED, 1, 1)
    assert any("401" in line and "wrong key" in line for line in lines)
    assert "Bearer k" not in str([asked.headers for asked in second.asked])


def test_when_all_fail_the_engine_result_stands_and_says_why(tree: SourceTree) -> None:
    provider = Provider(tells(ONE))
    provider.faults = [Fault(500, {"error": {"message": "oh no"}})] * 4
    with provider.running():
        found = run(case_of(tree), provider)
    assert found.stop is StopReason.PROVIDER
    assert "oh no" in found.reason
    assert provider.calls == 4


def test_a_server_that_is_not_there_is_never_charged_for(tree: SourceTree) -> None:
    provider = Provider(tells(ONE))
    with provider.running():
        models = models_for(provider)
    journal = Forgetful(ENOUGH)
    found = investigate(case_of(tree), models, journal, Limits(), lambda _line: None, lambda _seconds: None)
    assert (found.stop, journal.spent) == (StopReason.PROVIDER, Cost())


def test_a_reply_without_a_count_is_taken_at_its_worst_case(tree: SourceTree) -> None:
    provider = Provider(tells((replace(answer(), usage=False),)))
    with provider.running():
        found = run(case_of(tree), provider)
        worst = models_for(provider)[0].worst_case([], [])
    assert found.cost.tokens > worst.tokens


def test_a_model_that_answers_for_ever_never_spends_more_than_its_budget(tree: SourceTree) -> None:
    provider = Provider(lambda number, _sent: Said(calls=answer().calls[:0], text=f"hm {number}", read=40_000, wrote=8000))
    provider.script = lambda number, _sent: replace(answer(confidence=7), read=30_000, wrote=8000)
    journal = Forgetful(Cost(500_000, 10**9))
    with provider.running():
        found = run(case_of(tree), provider, journal=journal, limits=Limits(steps=1000))
    assert found.stop is StopReason.BUDGET
    assert 0 < journal.spent.micro_dollars <= 500_000
    assert journal.spent.micro_dollars == provider.calls * 110_000


def test_an_unknown_price_refuses_with_the_lines_to_add() -> None:
    settings = Settings(paramedic_model="ollama:my-own", paramedic_model_base_url="http://127.0.0.1:9/v1")
    with pytest.raises(NotConfigured, match=r'\[agent\.prices\."ollama:my-own"\] with input'):
        open_models(settings, AgentConfig())


def test_known_prices_come_from_the_list() -> None:
    settings = Settings(paramedic_model="anthropic:claude-sonnet-4-5", anthropic_api_key="k")
    (model,) = open_models(settings, AgentConfig())
    assert model.price.at_most(1_000_000, 0) >= 3_000_000
    assert model.price.at_most(0, 1000) == 15_000


@pytest.mark.parametrize(
    ("setting", "says"),
    [("tester", "names no model"), ("skynet:t", "names no model"), ("openai:gpt-5-mini", "needs a key")],
)
def test_a_model_that_cannot_be_used_is_refused_by_name(setting: str, says: str) -> None:
    with pytest.raises(NotConfigured, match=says):
        open_models(Settings(paramedic_model=setting, openai_api_key=None, _env_file=None), CONFIG)


@pytest.mark.parametrize("provider", ["google", "gemini", "bedrock"])
def test_a_provider_whose_library_is_not_installed_says_which_extra_to_take(
    monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    extra = providers._LIBRARIES[provider][1]
    monkeypatch.setitem(providers._LIBRARIES, provider, ("no_such_library", extra))
    with pytest.raises(NotConfigured, match=rf"library no_such_library.*not installed.*paramedic\[{extra}\]"):
        open_models(Settings(paramedic_model=f"{provider}:x", google_api_key="k"), CONFIG)


def test_doctor_learns_latency_price_and_tools_by_one_call() -> None:
    provider = Provider(lambda _number, sent: Said(calls=(replace(answer().calls[0], name="ready", arguments={}),)))
    mute = Provider(tells((Said("no tools here"),)))
    with provider.running(), mute.running():
        able, unable = try_out(models_for(provider)[0]), try_out(models_for(mute)[0])
    assert able.uses_tools
    assert able.cost.micro_dollars == 2000
    assert not unable.uses_tools
    assert (provider.calls, mute.calls) == (1, 1)


def test_no_schema_of_a_tool_names_a_credential_or_a_host(tree: SourceTree, tmp_path: Path) -> None:
    provider = Provider(tells(ONE))
    with provider.running():
        run(case_of(tree), provider)
    body = provider.asked[0].body
    assert isinstance(body, dict)
    schemas = str(body["tools"]).lower()
    assert not [word for word in ("token", "password", "secret", "api_key", "host", "url", "credential") if f"'{word}" in schemas]
