"""A slip of the language is mended as it was meant, and that comes before everything else that would stop the crash."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engine.recorder import Service, record
from tests.engine.slips import SLIPS

from paramedic.diagnosis import diagnose
from paramedic.integrations.sentry.event import parse_event
from paramedic.model.event import Origin
from paramedic.model.repair import Candidate, Kind
from paramedic.repair import candidates
from paramedic.source.tree import SourceTree

MEANT = {
    "unawaited": "amount = await price(sku)",
    "unawaited_key": '(await user(name))["name"]',
    "uncalled": "self.total() * 2",
    "called_in_vain": "return self.total * 2",
    "changed_while_walked": "in list(sessions.items()):",
    "floor": "rows[len(rows) // 2]",
    "floor_range": "number = count // size",
    "decimal": "net * Decimal(str(rate))",
    "numeric_text": 'page = int(arguments.get("page", 1))',
    "split_once": 'line.split(":", 1)',
    "split_pairs": 'part.split("=", 1)',
    "tuple_formatted": '"at %s" % (point,)',
    "encoded": "sha256(text.encode())",
    "bytes_literal": 'line.split(b",")',
    "zoned": "datetime.now(created.tzinfo) - created",
    "day_of_time": "due.date() < today",
    "null_default": 'document.get("tags") or []',
    "null_chain": '(document.get("address") or {}).get("city")',
    "dict_attribute": 'event["owner"]',
    "object_key": "return event.owner",
    "without_self": "    @staticmethod\n    def hours(seconds):",
    "wrong_keyword": "connect(host, timeout=5)",
    "decoded_already": 'b64encode(text.encode()).decode("ascii")',
    "text_of_number": "str(value).zfill(6)",
    "json_default": 'json.dumps({"event": event}, default=str)',
    "global_counter": "    global served\n    served += 1",
    "callee_none": "    if not rows:\n        return []",
    "callee_pair": "return None, None",
}


GIVEN = {"decimal", "bytes_literal", "day_of_time", "dict_attribute", "object_key"}


def best(service: Service, root: Path) -> Candidate:
    event = parse_event(record(service, service.write(root)), origin=Origin.ENVELOPE)
    tree = SourceTree.open(root)
    return candidates(event, diagnose(event, tree), tree)[0]


@pytest.mark.parametrize("service", [pytest.param(each, id=each.name) for each in SLIPS if each.name in MEANT])
def test_what_was_meant_comes_first(service: Service, tmp_path: Path) -> None:
    found = best(service, tmp_path)
    assert MEANT[service.name] in found.edits[0].after
    # What a caller passed may be the caller's slip: then it is proposed and never claimed.
    assert found.kind is (Kind.STOP_GAP if service.name in GIVEN else Kind.FIX)


def test_every_slip_is_tried() -> None:
    assert {service.name for service in SLIPS} - set(MEANT) == {"max_plus_one", "kind_of_json"}
