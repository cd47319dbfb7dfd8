"""Crashes under the real SDK: what it would send, as JSON, and what the engine reads of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sentry_sdk
from sentry_sdk.transport import Transport

from paramedic.integrations.sentry.event import parse_event
from paramedic.model.event import Event
from paramedic_capture import ParamedicCapture


class Kept(Transport):
    """Keeps envelopes as the bytes that would go over the wire."""

    def __init__(self) -> None:
        super().__init__({"dsn": "http://key@127.0.0.1:9/1"})
        self.events: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Any) -> None:
        event = envelope.get_event()
        if event is not None:
            self.events.append(json.loads(json.dumps(event)))


@contextmanager
def reporting(capture: ParamedicCapture | None = None, **options: Any) -> Iterator[Kept]:
    """The SDK, set up as an application does it, with a transport that keeps what it is given."""
    kept = Kept()
    integrations = [capture or ParamedicCapture()]
    with sentry_sdk.isolation_scope():
        sentry_sdk.init(
            "http://key@127.0.0.1:9/1", transport=kept, default_integrations=False, integrations=integrations, **options
        )
        try:
            yield kept
        finally:
            sentry_sdk.get_client().close()
            sentry_sdk.get_global_scope().set_client(None)


def sent(crash: Callable[[], object], capture: ParamedicCapture | None = None, **options: Any) -> dict[str, Any]:
    """The event of one crash, as JSON."""
    with reporting(capture, **options) as kept:
        try:
            crash()
        except (ValueError, KeyError) as error:
            sentry_sdk.capture_exception(error)
    (event,) = kept.events
    return event


def read(crash: Callable[[], object], capture: ParamedicCapture | None = None, **options: Any) -> Event:
    return parse_event(sent(crash, capture, **options))
