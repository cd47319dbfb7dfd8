"""A notification from a template: the first line is its title, the rest its body. A team's own template goes first.

Templates run in Jinja2's sandbox and are given plain texts and numbers, so that nothing written in an event is executed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PackageLoader, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from paramedic.model.chat import Button, ChatMessage

log = structlog.get_logger()

_BUILT_IN = PackageLoader("paramedic.reports")
_LONGEST = 2900


@dataclass(frozen=True, slots=True)
class IssueNews:
    """What the template ``issue.txt.j2`` can speak of. Texts are single lines that are safe to show."""

    error: str
    state: str
    project: str
    environment: str
    name: str
    last_hour: int
    last_day: int
    users: int
    since: str
    release: str
    cause: str = ""
    verdict: str = ""
    working: bool = False
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StormIssue:
    error: str
    project: str
    count: int
    users: int


def issue_message(news: IssueNews, folder: Path | None, link: str | None, buttons: tuple[Button, ...] = ()) -> ChatMessage:
    return _message("issue.txt.j2", asdict(news), folder, link, buttons)


def storm_message(count: int, minutes: int, top: Sequence[StormIssue], folder: Path | None, link: str | None) -> ChatMessage:
    return _message("storm.txt.j2", {"count": count, "minutes": minutes, "top": list(top)}, folder, link)


def _message(
    name: str, values: Mapping[str, object], folder: Path | None, link: str | None, buttons: tuple[Button, ...] = ()
) -> ChatMessage:
    title, _, body = _rendered(name, values, folder).strip().partition("\n")
    lines = [line.rstrip() for line in body.splitlines()]
    return ChatMessage(title.strip(), "\n".join(line for line in lines if line)[:_LONGEST], link, buttons)


def _rendered(name: str, values: Mapping[str, object], folder: Path | None) -> str:
    """With the team's template where it is whole: a slip in it costs its wording, and never the message."""
    if folder is not None:
        try:
            own = _render(ChoiceLoader([FileSystemLoader(folder), _BUILT_IN]), name, values)
            if own.strip():
                return own
            log.warning("template_failed", template=str(folder / name), reason="it says nothing")
        except (TemplateError, OverflowError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            log.warning("template_failed", template=str(folder / name), reason=f"{type(error).__name__}: {error}")
    return _render(_BUILT_IN, name, values)


def _render(loader: BaseLoader, name: str, values: Mapping[str, object]) -> str:
    environment = SandboxedEnvironment(loader=loader, undefined=StrictUndefined, trim_blocks=False)
    return environment.get_template(name).render(values)
