"""What the engine makes of crashes of services: located, made again, and fixed only where the repository shows how."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.engine.outside import OUTSIDE
from tests.engine.recorder import FIX, LOCATED, NEVER, REPRODUCED, Service, record
from tests.engine.services import FAULTS
from tests.engine.slips import SLIPS

from paramedic.integrations.sentry.event import parse_event
from paramedic.model.event import Origin
from paramedic.model.repair import TriageResult, Verdict
from paramedic.sandbox.choose import choose_sandbox
from paramedic.sessions.pipeline import TriageOptions, run_triage
from paramedic.source.tree import SourceTree

pytestmark = pytest.mark.sandbox
Triage = Callable[[Service], TriageResult]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def triage(home: Path, tmp_path: Path) -> Triage:
    def run(service: Service) -> TriageResult:
        root = service.write(tmp_path)
        event = parse_event(record(service, root), origin=Origin.ENVELOPE)
        options = TriageOptions(python="{}.{}".format(*sys.version_info[:2]))
        return run_triage(event, SourceTree.open(root), lambda: choose_sandbox("auto"), home, options)

    return run


def wanting(*floors: str) -> list[object]:
    chosen = [service for service in (*FAULTS, *SLIPS, *OUTSIDE) if service.wanted in floors and not service.bench_only]
    return [pytest.param(service, id=service.name) for service in chosen]


@pytest.mark.parametrize("service", wanting(LOCATED, REPRODUCED, FIX))
def test_the_function_that_crashed_is_located(service: Service, triage: Triage) -> None:
    result = triage(service)
    location = result.diagnosis and result.diagnosis.location
    assert location and (location.function or "").split(".")[-1] == service.function
    if service.wanted != LOCATED:
        assert result.reproduction is not None, result.reason
    if service.wanted == FIX:
        assert result.verdict is Verdict.PROVEN_FIX, result.reason


@pytest.mark.parametrize("service", wanting(NEVER))
def test_no_fix_is_claimed_where_code_is_not_at_fault(service: Service, triage: Triage) -> None:
    assert triage(service).verdict is not Verdict.PROVEN_FIX
