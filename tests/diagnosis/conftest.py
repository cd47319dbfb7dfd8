"""Crashes made here for real: the code runs, the SDK's own serialiser describes the exception, and the engine reads both."""

from __future__ import annotations

import importlib
import itertools
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from sentry_sdk.serializer import serialize
from sentry_sdk.utils import event_from_exception

from paramedic.diagnosis import diagnose
from paramedic.integrations.sentry.event import parse_event
from paramedic.model.diagnosis import Diagnosis
from paramedic.model.event import Origin
from paramedic.source.tree import SourceTree

Crash = Callable[..., Diagnosis]
_NUMBERS = itertools.count()


@pytest.fixture
def crash(tmp_path: Path) -> Crash:
    """Write a package of one module (and others by keyword), run ``call`` in it, and diagnose what it raises."""

    def run(source: str, call: str, **others: str) -> Diagnosis:
        package = f"shop{next(_NUMBERS)}"
        folder = tmp_path / package
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        for name, text in {"orders": source, **others}.items():
            (folder / f"{name}.py").write_text(textwrap.dedent(text).replace("PACKAGE", package))
        sys.path.insert(0, str(tmp_path))
        try:
            module = importlib.import_module(f"{package}.orders")
            eval(call, {**vars(module), "__name__": "service"})
        except BaseException:  # noqa: BLE001 (whatever the code raises is what is diagnosed)
            event, _ = event_from_exception(sys.exc_info())
            raw = serialize(event)
        else:
            pytest.fail("the code did not crash")
        finally:
            sys.path.remove(str(tmp_path))
        raw["platform"] = "python"
        return diagnose(parse_event(raw, origin=Origin.STORED), SourceTree.open(tmp_path))

    return run
