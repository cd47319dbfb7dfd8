"""Replies that come piece by piece, by both protocols: broken off, garbled, overloaded in their midst, slow, refused."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.agent.shop import ENOUGH, case_of, models_for, run
from tests.standins.base import Fault, Stream
from tests.standins.models import Call, Provider, Said, Spoiler, answer, tells, uses

from paramedic.agent import investigate
from paramedic.integrations.models.client import ModelClient
from paramedic.model.agent import Forgetful, Investigation, Limits, StopReason
from paramedic.source.tree import SourceTree

ONE = (answer("A long enough answer to come in several pieces."),)
OVERLOADED = {
    "openai": 'data: {"error": {"message": "overloaded", "type": "server_error", "code": "rate_limit_exceeded"}}\n\n',
    "anthropic": 'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}\n\n',
}
ODD = {
    "openai": 'data: {"id": 7, "object": "chat.completion.chunk", "choices": {"a": 1}}\n\n',
    "anthropic": 'event: content_block_delta\ndata: {"type": "content_block_delta", "index": 0, "delta": "text"}\n\n',
}
both = pytest.mark.parametrize("protocol", ["openai", "anthropic"])


def halfway(stream: Stream, *more: str) -> tuple[str, ...]:
    return (*stream.pieces[: len(stream.pieces) // 2], *more)


def spoiler(how: str, protocol: str) -> Spoiler:
    return {
        "connection lost": lambda stream: Stream(halfway(stream), cut=True),
        "ended without an end": lambda stream: Stream(halfway(stream)),
        "nothing at all": lambda _stream: Stream(()),
        "no JSON": lambda stream: Stream(halfway(stream, 'event: content_block_delta\ndata: {"type": "cont\n\n')),
        "overloaded": lambda stream: Stream(halfway(stream, OVERLOADED[protocol])),
        "of another shape": lambda stream: Stream(halfway(stream, ODD[protocol])),
        "an HTML page": lambda _stream: Stream(("<html>Bad gateway</html>",)),
    }[how]


@both
@pytest.mark.parametrize(
    "how",
    ["connection lost", "ended without an end", "nothing at all", "no JSON", "overloaded", "of another shape", "an HTML page"],
)
def test_a_reply_that_does_not_come_whole_is_charged_at_its_most_and_asked_for_again(
    tree: SourceTree, protocol: str, how: str
) -> None:
    provider = Provider(tells(ONE))
    provider.spoilers = [spoiler(how, protocol)]
    journal = Forgetful(ENOUGH)
    lines: list[str] = []
    with provider.running():
        found = run(case_of(tree), provider, protocol=protocol, journal=journal, lines=lines)
        worst = models_for(provider, protocol)[0].worst_case([], [])
    assert (found.stop, provider.calls) == (StopReason.ANSWERED, 2), (found.reason, lines)
    assert journal.spent.micro_dollars - found.cost.micro_dollars > worst.micro_dollars
    assert any("It may have been charged" in line for line in lines)


@both
def test_calls_of_tools_and_counts_come_whole_out_of_their_pieces(tree: SourceTree, protocol: str) -> None:
    twice = Said("Both.", calls=(Call("read_file", {"path": "prices.py", "first": 3, "last": 9}), Call("list_files")))
    provider = Provider(tells((twice, answer("Grüße, 세계"))))
    with provider.running():
        found = run(case_of(tree), provider, protocol=protocol)
    assert json.loads(provider.sent[0])["stream"] is True
    assert (found.stop, found.cost.tokens, found.cost.micro_dollars) == (StopReason.ANSWERED, 2200, 4000)
    assert found.answer is not None
    assert found.answer.summary == "Grüße, 세계"
    assert "RATES[country]" in provider.sent[1]
    assert "tests/test_prices.py" in provider.sent[1]


@both
def test_malformed_arguments_are_told_to_the_model_and_sent_back_to_it(tree: SourceTree, protocol: str) -> None:
    provider = Provider(tells((Said(calls=(Call("read_file", raw='{"path": "pri'),)), answer())))
    with provider.running():
        found = run(case_of(tree), provider, protocol=protocol)
    assert found.stop is StopReason.ANSWERED, found.reason
    assert "The arguments are not right" in provider.sent[1]


@both
def test_a_refusal_costs_what_it_costs_and_ends_the_session(tree: SourceTree, protocol: str) -> None:
    provider = Provider(tells((Said(refusal="I cannot help with that.") if protocol == "openai" else Said(finish="refusal"),)))
    with provider.running():
        found = run(case_of(tree), provider, protocol=protocol)
    assert found.stop in (StopReason.LOOP, StopReason.PROVIDER), found.reason
    assert found.answer is None
    assert provider.calls <= 4


@both
def test_a_reply_without_a_count_is_taken_at_its_worst_case(tree: SourceTree, protocol: str) -> None:
    provider = Provider(tells((replace(answer(), usage=False),)))
    with provider.running():
        found = run(case_of(tree), provider, protocol=protocol)
        worst = models_for(provider, protocol)[0].worst_case([], [])
    assert found.stop is StopReason.ANSWERED, found.reason
    assert found.cost.tokens > worst.tokens


def ask(tree: SourceTree, provider: Provider, lines: list[str], **client: object) -> Investigation:
    models: list[ModelClient] = [replace(model, **client) for model in models_for(provider)]
    return investigate(case_of(tree), models, Forgetful(ENOUGH), Limits(), lines.append, lambda _seconds: None)


def test_a_long_reply_outlives_the_silence_that_is_borne_and_is_shown_while_it_comes(tree: SourceTree) -> None:
    provider = Provider(tells(ONE))
    provider.spoilers = [lambda stream: replace(stream, seconds=0.1)]
    lines: list[str] = []
    with provider.running():
        found = ask(tree, provider, lines, silent_seconds=0.5, tell_seconds=0.0)
    assert (found.stop, provider.calls) == (StopReason.ANSWERED, 1)
    coming = [line for line in lines if "is answering" in line]
    assert len(coming) > 5
    assert any("several pieces" in line for line in coming)


def test_a_reply_that_stalls_is_left(tree: SourceTree) -> None:
    provider = Provider(tells(ONE))
    provider.spoilers = [lambda stream: Stream((stream.pieces[0], stream.pieces[1]), seconds=1.0)]
    with provider.running():
        found = ask(tree, provider, [], silent_seconds=0.3)
    assert (found.stop, provider.calls) == (StopReason.ANSWERED, 2)


def test_a_reply_that_drips_for_ever_is_left(tree: SourceTree) -> None:
    provider = Provider(tells(ONE))
    provider.spoilers = [lambda stream: Stream((*stream.pieces[:3], *([": still here\n\n"] * 40)), seconds=0.05)]
    lines: list[str] = []
    with provider.running():
        found = ask(tree, provider, lines, longest_seconds=0.5)
    assert (found.stop, provider.calls) == (StopReason.ANSWERED, 2), lines


def test_a_server_that_does_not_stream_is_told_what_to_set_and_then_asked_for_the_whole(tree: SourceTree) -> None:
    provider = Provider(tells(ONE))
    provider.whole = True
    lines: list[str] = []
    with provider.running():
        found = ask(tree, provider, lines)
        assert found.stop is StopReason.PROVIDER
        assert "set stream = false in [agent]" in found.reason
        provider.asked.clear()
        found = ask(tree, provider, lines, stream=False)
    assert (found.stop, provider.calls) == (StopReason.ANSWERED, 1)
    assert not json.loads(provider.sent[-1])["stream"]


@both
def test_a_server_that_streams_unasked_is_a_failure_that_counts(tree: SourceTree, protocol: str) -> None:
    provider = Provider(tells(ONE))
    provider.streams = True
    journal = Forgetful(ENOUGH)
    with provider.running():
        models = [replace(model, stream=False) for model in models_for(provider, protocol)]
        found = investigate(case_of(tree), models, journal, Limits(), lambda _line: None, lambda _seconds: None)
    assert found.stop is StopReason.PROVIDER
    assert journal.spent.micro_dollars > 0


@both
def test_whole_replies_that_break_off_are_charged_at_their_most_too(tree: SourceTree, protocol: str) -> None:
    provider = Provider(tells(ONE))
    provider.faults = [Fault(200, '{"id": "x", "choices": [{"mess', {"Content-Type": "application/json", "Content-Length": "500",
                                                                     "Connection": "close"})]  # fmt: skip
    journal = Forgetful(ENOUGH)
    with provider.running():
        models = [replace(model, stream=False) for model in models_for(provider, protocol)]
        found = investigate(case_of(tree), models, journal, Limits(), lambda _line: None, lambda _seconds: None)
    assert (found.stop, provider.calls) == (StopReason.ANSWERED, 2), found.reason
    assert journal.spent.micro_dollars > found.cost.micro_dollars


def test_what_is_used_of_tools_streams_in_any_order_of_protocols(tree: SourceTree) -> None:
    """A session that falls back to the other protocol goes on with the same conversation."""
    first, second = Provider(tells((uses("list_files"), answer()))), Provider(tells((uses("list_files"), answer())))
    with first.running(), second.running():
        models = [*models_for(first), *models_for(second, "anthropic")]
        first.faults = [Fault(401, {"error": {"message": "wrong key"}})]
        found = investigate(case_of(tree), models, Forgetful(ENOUGH), Limits(), lambda _line: None, lambda _seconds: None)
    assert (found.stop, first.calls, second.calls) == (StopReason.ANSWERED, 2, 1), found.reason
