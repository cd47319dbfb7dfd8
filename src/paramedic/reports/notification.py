"""A notification from a template: the first line is its title, the rest its body. A team's own template goes first.

Templates run in Jinja2's sandbox and are given plain texts and numbers, so that nothing written in an event is executed.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PackageLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from paramedic.model.chat import Button, ChatMessage

log = structlog.get_logger()

_BUILT_IN = PackageLoader("paramedic.reports")
_LONGEST = 2900
_SLIPS = (TemplateError, OverflowError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, OSError, MemoryError)


@dataclass(frozen=True, slots=True)
class IssueNews:
    """What the template ``issue.txt.j2`` can speak of. Texts are single lines that are safe to show; ``fix`` is the change in one
    line, ``sure`` what the verdict rests on."""

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
    fix: str = ""
    verdict: str = ""
    sure: str = ""
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


def problems(folder: Path) -> Iterator[tuple[str, str]]:
    """Each of the team's templates that is not whole, and why, tried with values that are all there and all missing."""
    if not folder.is_dir():
        yield str(folder), "There is no such folder."
        return
    full = IssueNews("E", "Error", "p", "production", "P-1", 1, 1, 1, "now", "1.0", "c", "f", "v", "s", steps=("x",))
    bare = IssueNews("E", "Error", "p", "", "", 0, 0, 0, "now", "", working=True)
    storm = {"count": 2, "minutes": 5, "top": [StormIssue("E", "p", 1, 1)]}
    for name, tried in (("issue.txt.j2", (asdict(full), asdict(bare))), ("storm.txt.j2", (storm,))):
        found = next((problem for values in tried if (problem := _own(name, values, folder)[1])), "")
        if found:
            yield str(folder / name), found


def _message(
    name: str, values: Mapping[str, object], folder: Path | None, link: str | None, buttons: tuple[Button, ...] = ()
) -> ChatMessage:
    title, _, body = _rendered(name, values, folder).strip().partition("\n")
    lines = [line.rstrip() for line in body.splitlines()]
    return ChatMessage(title.strip(), "\n".join(line for line in lines if line)[:_LONGEST], link, buttons)


def _rendered(name: str, values: Mapping[str, object], folder: Path | None) -> str:
    """With the team's template where it is whole: a slip in it costs its wording, and never the message."""
    own, problem = _own(name, values, folder) if folder is not None else ("", "")
    if problem:
        log.warning("template_failed", template=str(folder), name=name, reason=problem)
    return own or _render(_BUILT_IN, name, values)


def _own(name: str, values: Mapping[str, object], folder: Path) -> tuple[str, str]:
    """What the team's template says, or why it does not; neither where there is none."""
    if not (folder / name).exists():
        return "", ""
    try:
        own = _render(ChoiceLoader([FileSystemLoader(folder), _BUILT_IN]), name, values)
    except _SLIPS as error:
        return "", slip(error, folder / name)
    return (own, "") if own.strip() else ("", "it says nothing")


def slip(error: Exception, path: Path) -> str:
    """What is wrong with the template, and in which line."""
    line = error.lineno if isinstance(error, TemplateSyntaxError) else None
    for frame in traceback.extract_tb(error.__traceback__):
        # Jinja2 gives the frames of a template the template's own file and lines.
        line = frame.lineno if frame.filename == str(path) else line
    place = f"line {line}: " if line else ""
    return f"{place}{type(error).__name__}: {error}"


def _render(loader: BaseLoader, name: str, values: Mapping[str, object]) -> str:
    environment = SandboxedEnvironment(loader=loader, undefined=StrictUndefined, trim_blocks=False)
    return environment.get_template(name).render(values)
