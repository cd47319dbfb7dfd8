"""Envelopes are read to the byte; what breaks the format is said with its place."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paramedic.integrations.sentry.auth import public_key
from paramedic.integrations.sentry.envelope import parse_envelope
from paramedic.integrations.sentry.signature import verify_signature
from paramedic.model.errors import BadInput


def test_items_with_and_without_length() -> None:
    body = b'{"event_id":"ab","dsn":"http://key@h/1"}\n{"type":"event","length":2}\n{}\n{"type":"session"}\n{"s":1}\n'
    envelope = parse_envelope(body)
    assert (envelope.event_id, envelope.dsn) == ("ab", "http://key@h/1")
    assert [(item.type, item.payload) for item in envelope.items] == [("event", b"{}"), ("session", b'{"s":1}')]


def test_a_payload_may_hold_newlines_and_end_without_one() -> None:
    envelope = parse_envelope(b'{}\n{"type":"attachment","length":5}\na\nb\nc')
    assert envelope.items[0].payload == b"a\nb\nc"


def test_blank_lines_between_items_are_passed_over() -> None:
    assert [item.type for item in parse_envelope(b'{}\n\n{"type":"a"}\n1\n\n\n{"type":"b"}\n2').items] == ["a", "b"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"nonsense", "envelope header is not valid JSON at byte 0"),
        (b"[]", "envelope header at byte 0 is not an object"),
        (b'{}\n{"type":"event","length":9}\n{}', "claims 9 bytes, but only 2 follow"),
        (b'{}\n{"type":"event","length":1}\n{}', "does not end with a newline"),
        (b'{}\n{"type":"event","length":-1}\n{}', "not a number of bytes"),
        (b'{}\n{"type":', "item header is not valid JSON at byte"),
        (b"\xff\n", "is not UTF-8"),
        (b'{"n":' + b"1" * 5000 + b"}\n", "envelope header is not valid JSON at byte 0"),
        (b'{}\n{"length":' + b"1" * 5000 + b"}\n", "item header is not valid JSON at byte 3"),
    ],
)
def test_a_broken_envelope_is_refused_with_the_place(body: bytes, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        parse_envelope(body)


@given(
    st.binary(max_size=200)
    | st.lists(st.sampled_from([b"{}", b"\n", b'{"type":"event"}', b'{"length":3}', b"abc"]), max_size=12).map(b"".join)
)
def test_no_bytes_make_it_fail_otherwise(body: bytes) -> None:
    try:
        items = parse_envelope(body).items
    except BadInput:
        return
    assert all(isinstance(item.payload, bytes) for item in items)


@pytest.mark.parametrize(
    ("header", "query", "dsn", "key"),
    [
        ("Sentry sentry_version=7, sentry_key=abc, sentry_client=x", "", None, "abc"),
        ("sentry sentry_key=abc", "", None, "abc"),
        (None, "sentry_version=7&sentry_key=abc", None, "abc"),
        (None, "", "https://abc@host/1", "abc"),
        ("Bearer abc", "", None, None),
        (None, "", "http://[", None),
        (None, "", "http://\ud800@host/1", None),
        (None, "sentry_key=%ED%A0%80", None, None),
        (None, "", None, None),
    ],
)
def test_the_public_key_is_found_where_sdks_put_it(header: str | None, query: str, dsn: str | None, key: str | None) -> None:
    assert public_key(header, query, dsn) == key


def test_a_signature_holds_for_the_exact_bytes_only() -> None:
    body = '{"title":"결제 실패 💥","at":1566248777.0}'.encode()
    good = hmac.new(b"our-own-secret", body, hashlib.sha256).hexdigest()
    assert verify_signature("our-own-secret", body, good)
    assert not verify_signature("our-own-secret", body + b" ", good)
    assert not verify_signature("other", body, good)


@pytest.mark.parametrize("header", [None, "", "é" * 64, "\udcff" * 64, "\ud800", "0" * 64])
def test_a_wrong_signature_is_refused_whatever_it_is_made_of(header: str | None) -> None:
    assert not verify_signature("our-own-secret", b"{}", header)
