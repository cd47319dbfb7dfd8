"""Rules as the text that the TOML file holds: read with the line of every fault, and written."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from paramedic.model.errors import BadInput
from paramedic.settings.file import Rule

LONGEST_TEXT = 50_000
_REMEDY = "What a rule may say is in docs/configuration.md, [[rules]]."
_HEADER = re.compile(r"^\s*\[\[\s*rules\s*\]\]")


def read_rules(text: str) -> tuple[Rule, ...]:
    """The ``[[rules]]`` of ``text``, in order. Raises ``BadInput`` that names the line and what is wrong with it."""
    if len(text) > LONGEST_TEXT:
        raise BadInput(f"The rules are longer than {LONGEST_TEXT} characters.", remedy="Try fewer at once.")
    lines = text.replace("\r\n", "\n").splitlines()
    try:
        document = tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"This is not TOML: {error}.", remedy="Texts stand in quotes, lists in [ ].") from error
    for name in document:
        if name != "rules":
            raise BadInput(f"{_place(lines, name)}{name} is no rule.", remedy="Only [[rules]] tables belong here.")
    tables = document.get("rules")
    if not isinstance(tables, list) or not tables:
        raise BadInput("There are no rules here.", remedy='Begin one with a line [[rules]], and give it a name = "…".')
    rules = tuple(_rule(table, number, lines) for number, table in enumerate(tables))
    _refuse_twins(rules, lines)
    return rules


def write_rules(rules: Sequence[Rule]) -> str:
    """The text of ``rules``; what is as by default is left out."""
    return "\n".join(_written(rule) for rule in rules)


def _rule(table: object, number: int, lines: Sequence[str]) -> Rule:
    try:
        return Rule.model_validate(table)
    except ValidationError as error:
        faults = [_fault(table, number, lines, item["loc"], item["msg"]) for item in error.errors()]
        raise BadInput(" ".join(faults), remedy=_REMEDY) from error


def _fault(table: object, number: int, lines: Sequence[str], at: tuple[int | str, ...], words: str) -> str:
    name = table.get("name", "") if isinstance(table, dict) else ""
    line = _line_of(lines, number, [str(part) for part in at])
    place = f"Line {line}, " if line else ""
    which = f"rule {str(name)[:80]!r}" if name else f"rule {number + 1}"
    return f"{place}{which}, {'.'.join(map(str, at)) or 'table'}: {words}."


def _line_of(lines: Sequence[str], number: int, at: Sequence[str]) -> int | None:
    """Counted from 1: that of the key, else of the rule's header; None where rules have no headers."""
    headers = [place for place, line in enumerate(lines) if _HEADER.match(line)]
    if number >= len(headers):
        return None
    begin = headers[number]
    end = headers[number + 1] if number + 1 < len(headers) else len(lines)
    for key in reversed(at):
        for place in range(begin + 1, end):
            if re.match(rf'\s*(\[.*\.)?"?{re.escape(key)}"?\s*[=\]]', lines[place]):
                return place + 1
    return begin + 1


def _place(lines: Sequence[str], name: str) -> str:
    wanted = re.compile(rf'\s*\[*\s*"?{re.escape(name)}"?\s*[=.\]]')
    found = next((number for number, line in enumerate(lines, 1) if wanted.match(line)), None)
    return f"Line {found}: " if found else ""


def _refuse_twins(rules: Sequence[Rule], lines: Sequence[str]) -> None:
    seen: set[str] = set()
    for number, rule in enumerate(rules):
        if rule.name in seen:
            place = _line_of(lines, number, ["name"])
            raise BadInput(f"Line {place}: two rules are called {rule.name!r}.", remedy="Give each a name of its own.")
        seen.add(rule.name)


def _written(rule: Rule) -> str:
    values = rule.model_dump(mode="json", exclude_defaults=True)
    effects = values.pop("effects", {})
    lines = ["[[rules]]", *(f"{name} = {_value(value)}" for name, value in values.items())]
    if effects:
        lines += ["[rules.effects]", *(f"{_value(name)} = {_value(value)}" for name, value in effects.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    """A text, a number, or a list of texts. JSON writes them as TOML does, but for DEL, which TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
