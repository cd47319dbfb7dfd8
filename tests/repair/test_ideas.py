"""Each idea proposes what the code base itself does, as a fix where it shows a precedent, as a stop-gap where it does not."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

from paramedic.diagnosis import diagnose
from paramedic.model.event import Event, ExceptionValue, Frame
from paramedic.model.repair import Candidate, Kind
from paramedic.repair import candidates
from paramedic.source.tree import SourceTree


@dataclass(frozen=True)
class Crash:
    """A module, the line on which it crashes (marked ``# here``), and the error with the variables of that frame."""

    source: str
    type: str
    message: str
    variables: dict[str, str]


SIBLING = """
def find(code):
    return CODES.get(code)

def points(code):
    found = find(code)
    if found is None:
        return ""
    return found.points

def percent(code):
    found = find(code)
    return found.percent  # here
"""
OWN_EXIT = """
def first_word(text):
    if not text:
        return ""
    match = PATTERN.match(text)
    return match.group(1)  # here
"""
DEFAULT_ELSEWHERE = """
class Stock:
    def available(self, sku):
        return self.counts.get(sku, 0)

    def label(self, sku):
        return str(self.counts[sku])  # here
"""
TWIN_HANDLER = """
class BadRow(Exception):
    pass

def weight(text):
    try:
        return int(text)
    except ValueError:
        raise BadRow(text) from None

def amount(text):
    return int(text)  # here
"""
NEARLY_CAUGHT = """
def number(data):
    try:
        return float(data)  # here
    except (TypeError, ValueError):
        raise Invalid(data) from None
"""
MISSPELLED = """
def covers(one, other):
    return one.issupserset(other)  # here
"""
EMPTY_MAX = """
def widest(rows):
    return max(len(row) for row in rows) if rows is not None else 0  # here
"""
PARSED = """
import yaml

def settings(path):
    data = yaml.safe_load(open(path))
    return list(data.items())  # here
"""
COMPARISON = """
class Names(dict):
    def __eq__(self, other):
        return dict(self.items()) == dict(other.items())  # here
"""
NONE_ATTRIBUTE = "'NoneType' object has no attribute {!r}"

ROWS = {
    "a sibling's guard": (
        Crash(SIBLING, "AttributeError", NONE_ATTRIBUTE.format("percent"), {"code": "'X'", "found": "None"}),
        '    if found is None:\n        return ""\n    return found.percent',
    ),
    "the function's own exit": (
        Crash(OWN_EXIT, "AttributeError", NONE_ATTRIBUTE.format("group"), {"text": "'?'", "match": "None"}),
        '    if match is None:\n        return ""\n    return match.group(1)',
    ),
    "the default used elsewhere": (
        Crash(DEFAULT_ELSEWHERE, "KeyError", "'TEE'", {"self": "<Stock>", "sku": "'TEE'"}),
        "return str(self.counts.get(sku, 0))",
    ),
    "the handler of the same call": (
        Crash(TWIN_HANDLER, "ValueError", "invalid literal for int() with base 10: 'x'", {"text": "'x'"}),
        "    try:\n        return int(text)  # here\n    except ValueError:\n        raise BadRow(text) from None",
    ),
    "a handler that nearly fits": (
        Crash(NEARLY_CAUGHT, "OverflowError", "int too large to convert to float", {"data": "1" + "0" * 400}),
        "except (TypeError, ValueError, OverflowError):",
    ),
    "the name that the object has": (
        Crash(MISSPELLED, "AttributeError", "'set' object has no attribute 'issupserset'", {"one": "{1}", "other": "{1}"}),
        "one.issuperset(other)",
    ),
    "a default for nothing to compare": (
        Crash(EMPTY_MAX, "ValueError", "max() arg is an empty sequence", {"rows": "[]"}),
        "max((len(row) for row in rows), default=0)",
    ),
    "the origin of the None": (
        Crash(PARSED, "AttributeError", NONE_ATTRIBUTE.format("items"), {"path": "'x'", "data": "None"}),
        "yaml.safe_load(open(path)) or {}",
    ),
    "what the data model asks for": (
        Crash(COMPARISON, "AttributeError", "'str' object has no attribute 'items'", {"self": "{}", "other": "'x'"}),
        "return NotImplemented",
    ),
}


def proposed(folder: Path, crash: Crash, *, newline: str = "\n") -> tuple[Candidate, ...]:
    (folder / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n')
    (folder / "shop").mkdir(exist_ok=True)
    (folder / "shop" / "__init__.py").write_text("")
    (folder / "shop" / "core.py").write_text(crash.source, newline=newline)
    lines = crash.source.splitlines()
    number = next(index for index, line in enumerate(lines, 1) if "# here" in line)
    function = [line.split("def ")[1].split("(")[0] for line in lines[:number] if "def " in line][-1]
    frame = Frame(
        function, "shop.core", "shop/core.py", "/srv/shop/core.py", number,
        context_line=lines[number - 1], in_app=True, variables=dict(crash.variables),
    )  # fmt: skip
    event = Event("1", platform="python", exceptions=(ExceptionValue(crash.type, crash.message, frames=(frame,)),))
    tree = SourceTree.open(folder)
    return candidates(event, diagnose(event, tree), tree)


@pytest.mark.parametrize("name", ROWS)
def test_the_best_change_is_what_the_code_base_does(tmp_path: Path, name: str) -> None:
    crash, expected = ROWS[name]
    best = proposed(tmp_path, crash)[0]
    assert expected in best.edits[0].after, best.rationale
    assert best.kind is Kind.FIX


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ROWS)
def test_every_change_compiles_and_leaves_other_lines_as_they_are(tmp_path: Path, name: str, newline: str) -> None:
    crash, _expected = ROWS[name]
    for candidate in proposed(tmp_path, crash, newline=newline):
        (edit,) = candidate.edits
        ast.parse(edit.after)
        assert edit.path == "shop/core.py"
        untouched = [line for line in edit.before.split("\n") if line.strip() and "# here" not in line and "except (" not in line]
        kept = edit.after.split("\n")
        moved = [line for line in untouched if line not in kept and line.strip() not in "\n".join(kept)]
        assert moved == [], candidate.shape


def test_without_a_precedent_a_change_is_a_stop_gap(tmp_path: Path) -> None:
    source = "def owner(ticket):\n    found = ticket.owner\n    return found.name  # here\n"
    found = proposed(tmp_path, Crash(source, "AttributeError", NONE_ATTRIBUTE.format("name"), {"ticket": "<T>", "found": "None"}))
    silencing = [candidate for candidate in found if "return None" in candidate.edits[0].after]
    assert silencing
    assert {candidate.kind for candidate in silencing} == {Kind.STOP_GAP}


def test_what_is_not_for_code_to_fix_gets_no_change(tmp_path: Path) -> None:
    source = "import urllib.request\n\ndef fetch(url):\n    return urllib.request.urlopen(url)  # here\n"
    crash = Crash(source, "URLError", "<urlopen error [Errno 111] Connection refused>", {"url": "'http://x'"})
    assert proposed(tmp_path, crash) == ()


DEPOSIT = """
def balance(code):
    account = find(code)
    if account is None:
        return 0
    return account.cents

def overdraft(code):
    account = find(code)
    if account is None:
        return 0
    return account.overdraft

def deposit(code, cents):
    account = find(code)
    account.cents += cents  # here
    return account.cents
"""
MAY = """
def may_log_in(user):
    if user.role is None:
        return True
    return not user.role.blocked

def may_delete(user):
    return "delete" in user.role.permissions  # here
"""
CHARGE = """
def owed(order):
    if order.invoice is None:
        return 0
    return order.invoice.cents

def charge(order):
    cents = order.invoice.cents  # here
    gateway.capture(order, cents)
    return cents
"""
VALIDATE = """
def label(form):
    if form.name is None:
        return ""
    return form.name.strip()

def validate(form):
    if not form.rows:
        return
    if len(form.name.strip()) < 3:  # here
        raise Invalid(form)
"""


@pytest.mark.parametrize(
    ("source", "attribute", "variables"),
    [
        pytest.param(DEPOSIT, "cents", {"code": "'X'", "cents": "5", "account": "None"}, id="a deposit that is lost"),
        pytest.param(MAY, "permissions", {"user": "<User>"}, id="a permission that is given"),
        pytest.param(CHARGE, "cents", {"order": "<Order>"}, id="a charge that is missed"),
        pytest.param(VALIDATE, "strip", {"form": "<Form>"}, id="a check that is passed"),
    ],
)
def test_a_neighbours_answer_is_no_leave_to_skip_the_work(
    tmp_path: Path, source: str, attribute: str, variables: dict[str, str]
) -> None:
    found = proposed(tmp_path, Crash(source, "AttributeError", NONE_ATTRIBUTE.format(attribute), variables))
    leaving = [each for each in found if "return" in each.edits[0].after.replace(each.edits[0].before, "") and not each.answer]
    early = [each for each in leaving if each.shape in {"guard", "sibling-guard", "except-return", "copy-handler"}]
    assert early
    assert {each.kind for each in early} == {Kind.STOP_GAP}
