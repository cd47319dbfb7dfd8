"""What a run of tests printed or wrote down, as counts and failed tests. All of it is untrusted text."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass

_UNITTEST_RAN = re.compile(r"^Ran (\d+) tests? in ", re.MULTILINE)
_UNITTEST_BAD = re.compile(r"^(?:FAIL|ERROR): (\S+)(?: \(([\w.<>]+)\))?", re.MULTILINE)
_UNITTEST_SKIPPED = re.compile(r"skipped=(\d+)")
_ERROR_LINE = re.compile(r"^E?\s*((?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception|Warning|NotFound)\b.*)$", re.MULTILINE)
_MOST_FAILURES = 2000


@dataclass(frozen=True, slots=True)
class Tally:
    """``problem`` says why tests could not run at all, "" when they ran. ``failures`` are node ids, in order, each once."""

    passed: int | None
    failed: int | None
    failures: tuple[str, ...] = ()
    problem: str = ""


def of_pytest(report: str) -> Tally | None:
    """The tally of the plugin's lines; None when it wrote none (pytest did not start)."""
    lines = [line for line in map(_parsed, report.splitlines()) if line]
    if not lines:
        return None
    outcomes: dict[str, str] = {}
    for line in lines:
        if line["kind"] == "test" and outcomes.get(line["node"]) != "failed":
            outcomes[line["node"]] = line["outcome"]
    broken = [line for line in lines if line["kind"] in {"collect", "internal"}]
    failures = [node for node, outcome in outcomes.items() if outcome == "failed"]
    failures += [line["node"] for line in broken if line["node"]]
    passed = sum(1 for outcome in outcomes.values() if outcome == "passed")
    problem = f"no test could be collected: {first_error(broken[0]['text'])}" if broken and not outcomes else ""
    return Tally(passed, len(set(failures)), tuple(dict.fromkeys(failures))[:_MOST_FAILURES], problem)


def _parsed(line: str) -> dict[str, str] | None:
    try:
        raw = json.loads(line)
    except ValueError:
        return None
    if not isinstance(raw, dict):
        return None
    return {name: str(raw.get(name, "")) for name in ("kind", "node", "outcome", "when", "text")}


def of_unittest(output: str) -> Tally | None:
    """The tally of unittest's own text (Django's runner writes the same); None when it is not there."""
    ran = sum(map(int, _UNITTEST_RAN.findall(output)))
    if not _UNITTEST_RAN.search(output):
        return None
    bad = [_unittest_node(name, owner) for name, owner in _UNITTEST_BAD.findall(output)]
    failures = tuple(dict.fromkeys(bad))
    skipped = sum(map(int, _UNITTEST_SKIPPED.findall(output)))
    loaders = [name for name in failures if "unittest.loader._FailedTest" in name]
    problem = f"no test could be loaded: {first_error(output)}" if loaders and len(loaders) == ran else ""
    return Tally(max(ran - len(failures) - skipped, 0), len(failures), failures[:_MOST_FAILURES], problem)


def _unittest_node(name: str, owner: str) -> str:
    """``test_x (pkg.tests.Case)`` of old versions and ``test_x (pkg.tests.Case.test_x)`` of new ones are one test."""
    if not owner:
        return name
    return owner if owner.endswith(f".{name}") else f"{owner}.{name}"


def first_error(text: str) -> str:
    """The line that names an exception, the last one: it is the cause that the reader must see; else the last line."""
    found = _ERROR_LINE.findall(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = found[-1] if found else (lines[-1] if lines else "no output")
    return str(line)[:300]


def shown_command(argv: tuple[str, ...]) -> str:
    return " ".join(map(shlex.quote, argv))
