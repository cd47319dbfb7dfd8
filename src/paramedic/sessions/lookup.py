"""Finding the event that a caller names: a file, standard input, a Sentry URL, or an issue id of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import BinaryIO

from paramedic.integrations.sentry.event import parse_event
from paramedic.model.errors import BadInput
from paramedic.model.event import Event

LARGEST_EVENT_BYTES = 50_000_000


def find_event(argument: str, stdin: BinaryIO) -> Event:
    """The named event. Raises ``BadInput`` that says what was looked for and where."""
    if argument == "-":
        return read_event(stdin.read(LARGEST_EVENT_BYTES + 1), "standard input")
    if argument.startswith(("http://", "https://")):
        return _from_sentry(argument)
    path = Path(argument)
    if path.is_file():
        return read_event(path.read_bytes(), argument)
    if argument.isdecimal():
        return _from_store(int(argument))
    raise BadInput(
        f"{argument} is neither a file, nor a Sentry URL, nor an issue id.", remedy="Give the path of an event as JSON."
    )


def read_event(body: bytes, name: str) -> Event:
    """The event in a JSON document or an SDK envelope. Raises ``BadInput`` with the place of the fault."""
    if len(body) > LARGEST_EVENT_BYTES:
        raise BadInput(f"{name} is larger than {LARGEST_EVENT_BYTES} bytes.")
    try:
        raw = json.loads(body)
    except UnicodeDecodeError as error:
        raise BadInput(f"{name} is not UTF-8: byte {error.start}.") from error
    except json.JSONDecodeError as error:
        event = _from_envelope(body)
        if event is None:
            raise BadInput(f"{name} is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
        return event
    except RecursionError as error:
        raise BadInput(f"{name} is nested too deeply.") from error
    if not isinstance(raw, dict):
        raise BadInput(f"{name} holds {type(raw).__name__}, not an event object.")
    return parse_event(raw)


def _from_envelope(body: bytes) -> Event | None:
    from paramedic.integrations.sentry.envelope import parse_envelope

    try:
        envelope = parse_envelope(body)
        payload = next((item.payload for item in envelope.items if item.type == "event"), None)
        return parse_event(json.loads(payload)) if payload is not None else None
    except (BadInput, ValueError):
        return None


def _from_sentry(url: str) -> Event:
    from paramedic.integrations.sentry.upstream import fetch_event
    from paramedic.settings import load_settings

    return fetch_event(load_settings(), url)


def _from_store(issue_id: int) -> Event:
    from paramedic.settings import load_settings
    from paramedic.store.engine import open_engine, reading
    from paramedic.store.events import event_body
    from paramedic.store.migrate import upgrade

    engine = open_engine(load_settings().database)
    upgrade(engine)
    with reading(engine).connect() as connection:
        raw = event_body(connection, issue_id)
    if raw is None:
        raise BadInput(f"There is no issue {issue_id} with a stored event.", remedy="See `paramedic sessions` and /api/issues.")
    return read_event(raw, f"the event of issue {issue_id}")
