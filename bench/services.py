"""What the engine makes of crashes of small services, by family and context, beside the floor that each must reach.

Usage: python bench/services.py [NAME...]   (one line each; --diffs shows the changes that were claimed)
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.engine.outside import OUTSIDE
from tests.engine.recorder import Service, record
from tests.engine.services import FAULTS
from tests.engine.slips import SLIPS

from paramedic.integrations.sentry.event import parse_event
from paramedic.model.event import Origin
from paramedic.model.repair import TriageResult
from paramedic.sandbox.choose import choose_sandbox
from paramedic.sessions.pipeline import TriageOptions, run_triage
from paramedic.source.tree import SourceTree


def triage(service: Service, home: Path) -> TriageResult:
    """The whole path, from the crash under the SDK to the verdict."""
    with tempfile.TemporaryDirectory(prefix="service-") as folder:
        root = service.write(Path(folder))
        event = parse_event(record(service, root), origin=Origin.ENVELOPE)
        options = TriageOptions(python="{}.{}".format(*sys.version_info[:2]))
        return run_triage(event, SourceTree.open(root), lambda: choose_sandbox("auto"), home, options)


def show(service: Service, result: TriageResult, *, diffs: bool) -> None:
    """One line, and the change on demand."""
    seconds = sum(result.seconds.values())
    shape = result.fix.shape if result.fix else result.reason
    print(f"{service.name:22}{service.wanted:12}{result.verdict.value:13}{seconds:6.1f} s  {shape[:110]}", flush=True)
    if diffs and result.fix:
        print(result.fix.diff)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--diffs", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="services-home-") as home:
        for service in (*FAULTS, *SLIPS, *OUTSIDE):
            if not options.names or service.name in options.names:
                show(service, triage(service, Path(home)), diffs=options.diffs)


if __name__ == "__main__":
    main()
