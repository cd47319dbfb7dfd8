"""From a crash in a service, over HTTP, into our own intake and out of the database again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from intake.running import running_web
from paramedic.integrations.sentry.event import parse_event
from paramedic.model.snapshot import Held, Ref
from paramedic.sessions.digest import digest
from paramedic.store import issues
from paramedic.store.events import event_body

CAPTURE = Path(__file__).parents[2] / "capture"
SERVICE = """
import sys
sys.path.insert(0, sys.argv[2])
import sentry_sdk
from paramedic_capture import ParamedicCapture
sentry_sdk.init(sys.argv[1], integrations=[ParamedicCapture()])
def owner(ticket):
    return ticket["owner"]
try:
    owner({"lines": [("tea" * 300, number) for number in range(100)]})
except KeyError:
    sentry_sdk.capture_exception()
sentry_sdk.flush(10)
"""


def test_a_snapshot_survives_the_way_through_our_intake(tmp_path: Path) -> None:
    with running_web(tmp_path / "home") as web:
        subprocess.run([sys.executable, "-c", SERVICE, web.dsn, str(CAPTURE)], check=True, timeout=60, cwd=tmp_path)
        while digest(web.engine):
            pass
        with web.engine.connect() as connection:
            (issue,) = issues.listed(connection)
            body = event_body(connection, issue.id)
    assert body is not None
    event = parse_event(json.loads(body))
    assert event.snapshot is not None
    assert not event.notes
    ticket = event.snapshot.frames[1, 1]["ticket"]
    assert isinstance(ticket, Ref)
    found = event.snapshot.objects[ticket.number]
    assert isinstance(found, Held)
    assert found.pairs[0][0] == "lines"
