"""Cases whose event is recorded anew, with the capture integration in the service that crashes. Kept outside the repository."""

from __future__ import annotations

import json
from dataclasses import replace

from bench.crashes.case import CACHE, Case, digest_of, exclusive
from bench.crashes.record import CAPTURE, event_of


def captured(case: Case) -> Case:
    """The case with such an event; a crash of a kept service stays as it is, for there is no trigger to run again."""
    if case.service or case.no_fix:
        return case
    target = CACHE / "captured" / f"{case.name}-{case.digest}-{digest_of(CAPTURE / 'paramedic_capture')}.json"
    with exclusive(target):
        if not target.exists():
            partial = target.with_suffix(".partial")
            partial.write_text(json.dumps(event_of(case, capture=True)), encoding="utf-8")
            partial.replace(target)
    return replace(case, captured=target)
