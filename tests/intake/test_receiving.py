"""What is answered 2xx is on disk; what is refused is not, and says what to do."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import brotli
import httpx2
import pytest
import sqlalchemy as sa
import zstandard

from intake.running import KEY, SECRET, Web, running_web
from paramedic.store.schema import deliveries

EVENT = {"event_id": "a" * 32, "platform": "python", "exception": {"values": [{"type": "KeyError", "value": "'x'"}]}}
AUTH = {"X-Sentry-Auth": f"Sentry sentry_version=7, sentry_key={KEY}"}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    settings = {"SENTRY_CLIENT_SECRET": SECRET, "PARAMEDIC_LEGACY_TOKEN": "unguessable", "PARAMEDIC_API_TOKEN": "t0ken"}
    with running_web(tmp_path_factory.mktemp("web"), **settings) as running:
        yield running


def stored(web: Web) -> int:
    with web.engine.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(deliveries)).scalar_one()


def envelope(event: object = EVENT, **header: str) -> bytes:
    payload = json.dumps(event).encode()
    return b"\n".join([json.dumps(header).encode(), json.dumps({"type": "event", "length": len(payload)}).encode(), payload, b""])


def fresh(name: str) -> dict[str, object]:
    return {**EVENT, "event_id": hashlib.md5(name.encode()).hexdigest()}


def signed(body: bytes, resource: str = "event_alert", secret: str = SECRET) -> dict[str, str]:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"Sentry-Hook-Resource": resource, "Sentry-Hook-Signature": signature, "Content-Type": "application/json"}


def hook(event_id: str) -> bytes:
    return json.dumps({"action": "triggered", "data": {"event": {**EVENT, "event_id": event_id, "issue_id": "77"}}}).encode()


ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda body: body,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_compression_is_taken(web: Web, encoding: str) -> None:
    body = ENCODINGS[encoding](envelope(fresh("compressed " + encoding)))
    before = stored(web)
    answer = web.post("/api/7/envelope/", body, AUTH | ({"Content-Encoding": encoding} if encoding else {}))
    assert (answer.status_code, answer.json()["id"]) == (200, fresh("compressed " + encoding)["event_id"])
    assert stored(web) == before + 1


def test_the_key_may_be_in_header_query_or_envelope(web: Web) -> None:
    by_query = web.post(f"/api/7/envelope/?sentry_key={KEY}", envelope(fresh("query")))
    by_dsn = web.post("/api/7/envelope/", envelope(fresh("dsn"), dsn=web.dsn))
    by_store = web.post("/api/7/store/", json.dumps(fresh("store")).encode(), AUTH)
    assert [answer.status_code for answer in (by_query, by_dsn, by_store)] == [200, 200, 200]


def test_the_same_event_twice_is_kept_once(web: Web) -> None:
    before = stored(web)
    for _ in range(3):
        assert web.post("/api/7/envelope/", envelope(fresh("twice")), AUTH).status_code == 200
    assert stored(web) == before + 1


def test_other_items_are_accepted_and_let_go(web: Web) -> None:
    before = stored(web)
    body = b'{}\n{"type":"client_report"}\n{"discarded_events":[]}\n{"type":"session"}\n{"sid":"1"}\n'
    assert web.post("/api/7/envelope/", body, AUTH).status_code == 200
    assert stored(web) == before
    assert (
        'paramedic_items_ignored_total{kind="client_report"}'
        in httpx2.get(web.url + "/metrics", headers={"Authorization": "Bearer t0ken"}).text
    )


def test_browsers_may_send_from_other_origins(web: Web) -> None:
    answer = httpx2.options(web.url + "/api/7/envelope/", headers={"Origin": "https://shop.example"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")


BOMB = gzip.compress(b"0" * 40_000_000)


@pytest.mark.parametrize(
    ("path", "body", "headers", "status", "said"),
    [
        (
            "/api/7/envelope/",
            envelope(),
            {"X-Sentry-Auth": "Sentry sentry_key=" + "f" * 32},
            401,
            "public key is missing or wrong",
        ),
        ("/api/7/envelope/", envelope(), {}, 401, "public key is missing or wrong"),
        ("/api/9/envelope/", envelope(), AUTH, 404, "Project '9' is not configured"),
        ("/api/7/envelope/", b"x" * 1_100_000, AUTH, 413, "larger than 1000000 bytes"),
        ("/api/7/envelope/", BOMB, AUTH | {"Content-Encoding": "gzip"}, 413, "inflates to more than"),
        ("/api/7/envelope/", brotli.compress(b"0" * 40_000_000), AUTH | {"Content-Encoding": "br"}, 413, "inflates to more than"),
        ("/api/7/envelope/", b"no gzip", AUTH | {"Content-Encoding": "gzip"}, 400, "not valid gzip"),
        ("/api/7/envelope/", gzip.compress(envelope())[:-20], AUTH | {"Content-Encoding": "gzip"}, 400, "not valid gzip"),
        ("/api/7/envelope/", envelope(), AUTH | {"Content-Encoding": "lzma"}, 415, "'lzma' is not known"),
        ("/api/7/envelope/", b"nonsense", AUTH, 400, "not valid JSON at byte 0"),
        ("/api/7/envelope/", b'{}\n{"type":"event"}\n{"a":,}\n', AUTH, 400, "line 1, column 6"),
        ("/api/7/store/", b"[1]", AUTH, 400, "not a JSON object"),
        ("/webhook/sentry", b"{}", {"Sentry-Hook-Resource": "issue"}, 401, "The signature is missing"),
        ("/webhook/sentry", b"{}", signed(b"{} "), 401, "The signature does not match"),
        ("/webhook/sentry", b"{}", signed(b"{}", secret="other"), 401, "does not match"),
        ("/webhook/sentry", b'{"a":', signed(b'{"a":'), 400, "column 6 (character 5)"),
        ("/webhook/sentry", b"x" * 1_100_000, {}, 413, "larger than"),
        ("/webhook/sentry/legacy/wrong", b"{}", {}, 401, "token in the path is wrong"),
    ],
)
def test_a_refusal_stores_nothing_and_says_what_to_do(
    web: Web, path: str, body: bytes, headers: dict[str, str], status: int, said: str
) -> None:
    before = stored(web)
    answer = web.post(path, body, headers)
    assert answer.status_code == status
    assert said in answer.json()["error"]["message"]
    assert stored(web) == before


def test_an_unknown_project_lists_the_known_ones_to_authorised_callers_only(web: Web) -> None:
    stranger = web.post("/api/9/envelope/", envelope(), AUTH).json()["error"]
    friend = web.post("/api/9/envelope/", envelope(), AUTH | {"Authorization": "Bearer t0ken"}).json()["error"]
    assert "configured" not in stranger
    assert friend["configured"] == ["7"]


@pytest.mark.parametrize("path", ["/webhook/sentry", "/sentry-webhook", "/api/v1/webhooks/sentry/error"])
def test_a_signed_hook_is_stored(web: Web, path: str) -> None:
    body = hook(hashlib.md5(path.encode()).hexdigest())
    before = stored(web)
    assert web.post(path, body, signed(body)).status_code == 200
    assert stored(web) == before + 1


def test_the_error_path_answers_as_its_clients_expect(web: Web) -> None:
    body = hook("b" * 32)
    answer = web.post("/api/v1/webhooks/sentry/error", body, signed(body)).json()
    assert answer == {"status": "accepted", "issue_id": "77", "message": "Analysis scheduled"}


def test_a_signature_of_interface_requests_is_taken_too(web: Web) -> None:
    body = hook("c" * 32)
    headers = signed(body)
    headers["Sentry-App-Signature"] = headers.pop("Sentry-Hook-Signature")
    assert web.post("/webhook/sentry", body, headers).status_code == 200


@pytest.mark.parametrize("resource", ["installation", "comment", "metric_alert", "seer", "something_new", ""])
def test_other_resources_are_accepted_with_a_reason(web: Web, resource: str) -> None:
    before = stored(web)
    answer = web.post("/webhook/sentry", b'{"action":"created","data":{}}', signed(b'{"action":"created","data":{}}', resource))
    assert (answer.status_code, answer.json()["status"]) == (200, "ignored")
    assert answer.json()["reason"]
    assert stored(web) == before


def test_the_legacy_plugin_is_taken_at_its_path(web: Web) -> None:
    body = json.dumps({"id": "77", "project": "desk", "event": fresh("legacy")}).encode()
    before = stored(web)
    assert web.post("/webhook/sentry/legacy/unguessable", body).status_code == 200
    assert stored(web) == before + 1


def test_without_a_secret_hooks_are_refused_by_name(tmp_path: Path) -> None:
    with running_web(tmp_path / "production") as web:
        answer = web.post("/webhook/sentry", hook("d" * 32), {"Sentry-Hook-Resource": "event_alert"})
        legacy = web.post("/webhook/sentry/legacy/x", b"{}")
        assert (answer.status_code, legacy.status_code) == (503, 503)
        assert "SENTRY_CLIENT_SECRET" in answer.text
        assert "PARAMEDIC_LEGACY_TOKEN" in legacy.text
        assert stored(web) == 0


def test_a_developer_on_this_machine_may_send_unsigned(tmp_path: Path) -> None:
    with running_web(tmp_path / "development", APP_ENV="development") as web:
        body = hook("e" * 32)
        assert web.post("/webhook/sentry", body, {"Sentry-Hook-Resource": "event_alert"}).status_code == 200
        proxied = {"Sentry-Hook-Resource": "event_alert", "X-Forwarded-For": "203.0.113.9"}
        assert web.post("/webhook/sentry", body, proxied).status_code == 503


def test_a_full_inbox_slows_sdks_down(tmp_path: Path) -> None:
    import time

    with running_web(tmp_path / "full", PARAMEDIC_BACKLOG_LIMIT="2") as web:
        for number in range(4):
            assert web.post("/api/7/envelope/", envelope(fresh(f"full {number}")), AUTH).status_code == 200
        deadline = time.monotonic() + 10
        while (answer := web.post("/api/7/envelope/", envelope(fresh("late")), AUTH)).status_code == 200:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert answer.status_code == 429
        assert (answer.headers["retry-after"], answer.headers["x-sentry-rate-limits"]) == ("60", "60::organization")


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    with running_web(tmp_path / "killed") as web:
        ids = [str(fresh(f"kept {number}")["event_id"]) for number in range(20)]
        for event_id in ids:
            web.post("/api/7/envelope/", envelope({**EVENT, "event_id": event_id}), AUTH)
        web.process.kill()
        web.process.wait()
        with web.engine.connect() as connection:
            keys = set(connection.execute(sa.select(deliveries.c.key)).scalars())
    assert keys == {f"event:7:{event_id}" for event_id in ids}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"n":' + b"1" * 5000 + b"}\n", 400),
        (b'{"dsn":"http://\\ud800@host/1"}\n', 401),
    ],
)
def test_an_odd_envelope_of_a_stranger_is_refused_and_does_not_fail(web: Web, body: bytes, status: int) -> None:
    assert web.post("/api/7/envelope/", body).status_code == status


def test_an_odd_signed_issue_hook_does_not_fail(web: Web) -> None:
    body = json.dumps({"action": "created", "data": {"issue": {"id": "odd-level", "level": []}}}).encode()
    assert web.post("/webhook/sentry", body, signed(body, "issue")).status_code == 200
