"""A pytest plugin that runs inside the sandbox: one JSON line for each test and each file that cannot be collected.

Written for every Python from 3.6 on, with nothing but the standard library: it is loaded by the project's interpreter.
"""

import json
import os
from typing import Any

_PATH = os.environ.get("PARAMEDIC_REPORT")
_LONGEST = 4000


def _write(**fields: str) -> None:
    if _PATH:
        with open(_PATH, "a") as report:  # noqa: PTH123 (old interpreters)
            report.write(json.dumps(fields) + "\n")


def pytest_runtest_logreport(report: "Any") -> None:
    """Setup and teardown count when they fail; a skipped test is skipped in its setup."""
    if report.when == "call" or report.outcome == "failed" or (report.when == "setup" and report.outcome == "skipped"):
        _write(kind="test", node=report.nodeid, outcome=report.outcome, when=report.when, text=_text(report))


def pytest_collectreport(report: "Any") -> None:
    if report.failed:
        _write(kind="collect", node=report.nodeid, outcome="failed", when="collect", text=_text(report))


def pytest_internalerror(excrepr: object) -> None:
    _write(kind="internal", node="", outcome="failed", when="", text=str(excrepr)[-_LONGEST:])


def pytest_sessionfinish(exitstatus: int) -> None:
    _write(kind="end", node="", outcome="", when="", text=str(int(exitstatus)))


def _text(report: "Any") -> str:
    return str(report.longrepr)[-_LONGEST:] if report.outcome == "failed" and report.longrepr else ""
