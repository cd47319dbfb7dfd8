"""What a message says of an issue: gathered from the database, made safe, and put into the team's words."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from paramedic.effects.markdown import plain
from paramedic.effects.messages import HEADLINES, safe_url
from paramedic.model.chat import Answer, Button, ChatMessage
from paramedic.model.outcome import Fate, Outcome
from paramedic.model.repair import Verdict
from paramedic.reports.notification import IssueNews, StormIssue, issue_message, storm_message
from paramedic.reports.outcome import fate_of, silence_of
from paramedic.sessions.approvers import anybody_may
from paramedic.settings import Configuration, Settings
from paramedic.settings.exposure import is_of_this_machine
from paramedic.settings.file import NotificationsConfig
from paramedic.store import effects as rows
from paramedic.store import hours, issues, outcomes
from paramedic.store import sessions as store
from paramedic.store.alerts import Alert, Standing
from paramedic.store.effects import EffectRow
from paramedic.store.issues import Issue
from paramedic.store.sessions import LIVE, Session

TOP = 5
_WORDS = {"push": "branch", "pull_request": "pull request", "comment": "comment", "patch": "patch file"}
_STATES = {"regressed": "Regressed", "escalating": "Escalating"}
_WHY = {"expired": "nobody answered in time", "superseded": "a newer one takes its place"}


@dataclass(frozen=True, slots=True)
class Counts:
    last_hour: int
    last_day: int


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a message on an issue tells of. ``alert`` is the state that it was last told of for."""

    issue: Issue
    counts: Counts
    alert: str
    session: Session | None
    effects: Sequence[EffectRow]
    may_answer: bool
    fixes: Sequence[Outcome] = ()


def news_of(
    connection: sa.Connection, issue_id: int, standing: Standing, settings: Settings, configuration: Configuration
) -> ChatMessage:
    """The message on one issue as things stand."""
    issue = issues.read(connection, issue_id)
    session = next(iter(store.recent(connection, issue_id=issue_id, limit=1)), None)
    found = [row for key, _state in standing.effects if (row := rows.read(connection, key)) is not None]
    newest = [row for row in found if session and row.session_id == session.id] or found
    hour = int(time.time()) // 3600
    by_hour = hours.of_issue(connection, issue_id, hour - 23)
    counts = Counts(sum(count for at, count in by_hour if at >= hour - 1), sum(count for _at, count in by_hour))
    may_answer = anybody_may(connection, configuration)
    fixes = outcomes.of_issue(connection, issue_id)
    return message_on(Scene(issue, counts, standing.alert, session, newest, may_answer, fixes), settings, configuration)


def message_on(scene: Scene, settings: Settings, configuration: Configuration) -> ChatMessage:
    """The message, with buttons for each question where anybody may answer, and a link to the first of them."""
    waiting = [row for row in scene.effects if row.state == "pending"]
    buttons = tuple(_buttons(waiting)) if scene.may_answer else ()
    link = _link(scene.issue, waiting[0].key if waiting else None, settings)
    return issue_message(_news(scene), configuration.notifications.templates, link, buttons)


def nudge_of(message: ChatMessage) -> ChatMessage:
    """The word that a message on an issue asks something now: nobody's telephone rings for an edit."""
    asked = [button.label.removeprefix("Approve ") for button in message.buttons if button.answer is Answer.APPROVE]
    what = f" for the {' and for the '.join(asked)}" if asked else ""
    return ChatMessage(f"Waits for your yes{what}", message.title, message.link)


def left_behind(message: ChatMessage) -> ChatMessage:
    """What stays of a message when a newer one takes its place: no buttons, and the word that there is a newer one."""
    return replace(message, body=f"{message.body}\nGoes on in a newer message.".strip(), buttons=())


def storm_of(
    connection: sa.Connection, due: Sequence[Alert], settings: Settings, config: NotificationsConfig
) -> tuple[int, ChatMessage]:
    """The most pressing issue of a storm, and the message on all of them."""
    ordered = sorted({alert.issue_id: alert for alert in due}.values(), key=lambda alert: (-alert.priority, alert.id))
    top = [issues.read(connection, alert.issue_id) for alert in ordered[:TOP]]
    lines = [StormIssue(plain(issue.title, 120), plain(issue.project, 60), issue.count, issue.users) for issue in top]
    first, last = min(alert.noticed_at for alert in due), max(alert.noticed_at for alert in due)
    minutes = max(config.storm_minutes, round((last - first).total_seconds() / 60))
    link = safe_url(f"{settings.paramedic_public_url}/issues")
    return ordered[0].issue_id, storm_message(len(ordered), minutes, lines, config.templates, link)


def _news(scene: Scene) -> IssueNews:
    issue, session = scene.issue, scene.session
    return IssueNews(
        error=plain(issue.title, 140),
        state=issue.status.capitalize() if issue.status in ("resolved", "ignored") else _STATES.get(scene.alert, "Error"),
        project=plain(issue.project, 80),
        environment=plain(issue.environment or "", 60),
        name=plain(issue.short_id or "", 60),
        last_hour=scene.counts.last_hour,
        last_day=scene.counts.last_day,
        users=issue.users,
        since=f"{issue.first_seen:%Y-%m-%d %H:%M} UTC",
        release=plain(issue.last_release or "", 80),
        cause=plain(str(_part(session, "diagnosis").get("summary") or ""), 300),
        fix=_fix(session),
        verdict=_verdict(session),
        sure=_sure(session),
        working=session is not None and session.state in LIVE,
        steps=(*(_step(row) for row in scene.effects), *_fate_of_fix(scene.fixes)),
    )


def _part(session: Session | None, name: str) -> Mapping[str, object]:
    found = (session.result or {}).get(name) if session else None
    return found if isinstance(found, Mapping) else {}


def _fix(session: Session | None) -> str:
    """Which files change, and why so."""
    fix = _part(session, "fix")
    files = fix.get("files")
    names = [str(name) for name in files] if isinstance(files, Sequence) and not isinstance(files, str) else []
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    parts = (", ".join(names[:2]) + more, str(fix.get("rationale") or ""))
    return plain(": ".join(part for part in parts if part), 300)


def _sure(session: Session | None) -> str:
    """What the verdict rests on: for a fix its proof, else how sure the diagnosis is of itself."""
    proof, diagnosis = _part(session, "proof"), _part(session, "diagnosis")
    if proof and session and session.verdict == Verdict.PROVEN_FIX.value:
        compared = str(proof.get("compared") or "")
        return plain("a test fails before the change and passes after it" + (f"; {compared}" if compared else ""), 300)
    confidence = diagnosis.get("confidence")
    return f"confidence {confidence:.0%}" if isinstance(confidence, (int, float)) and confidence > 0 else ""


def _verdict(session: Session | None) -> str:
    if session is None or session.verdict is None:
        return plain(f"none: {session.summary}", 200) if session and session.state == "failed" else ""
    known = session.verdict in {verdict.value for verdict in Verdict}
    return HEADLINES[Verdict(session.verdict)] if known else plain(session.verdict, 40)


def _step(row: EffectRow) -> str:
    """What became of one proposed effect, and who decided."""
    what = _WORDS.get(row.kind, row.kind).capitalize()
    by = f" by {plain(row.decided_by, 80)}" if row.decided_by and row.decided_by != "policy" else ""
    if by and row.decided_at:
        by += f" at {row.decided_at:%Y-%m-%d %H:%M} UTC"
    if row.state == "pending":
        return f"{what}: waits for a yes ({row.key[:12]})"
    if row.state in _WHY and not by:
        seen = _WHY[row.state]
    elif row.state == "done":
        # The address of a pull request is to be followed; whatever else looks like one is not.
        seen = safe_url(row.result) or plain(row.result or "", 200)
    else:
        seen = plain(row.reason or "", 200)
    return f"{what}: {row.state}{by}" + (f": {seen}" if seen else "")


def _fate_of_fix(fixes: Sequence[Outcome]) -> tuple[str, ...]:
    """What became of the newest one; that it was opened is among the effects."""
    known = next((one for one in fixes if one.fate is not Fate.OPEN), None)
    return tuple(plain(said, 300) for said in (fate_of(known), silence_of(known)) if said) if known else ()


def _buttons(waiting: Sequence[EffectRow]) -> Iterator[Button]:
    """A yes and a no to each chain of effects that need each other: the yes goes to its last, which takes those before it
    along, and the no to its first, without which the others cannot be. And one wish for changes to what is handed over."""
    for chain in _chains(waiting):
        what = " and ".join(_WORDS.get(row.kind, row.kind) for row in chain)
        yield Button(f"Approve {what}", Answer.APPROVE, chain[-1].key)
        yield Button(f"Reject {what}", Answer.REJECT, chain[0].key)
    change = next((row for row in waiting if row.kind != "comment"), None)
    if change is not None:
        yield Button("Ask for changes", Answer.CHANGES, change.key)


def _chains(waiting: Sequence[EffectRow]) -> Iterator[list[EffectRow]]:
    by_key = {row.key: row for row in waiting}
    needed = {key for row in waiting for key in row.requires}
    for last in waiting:
        if last.key in needed:
            continue
        chain, row = [last], last
        while before := next((by_key[key] for key in row.requires if key in by_key), None):
            chain.insert(0, before)
            row = before
        yield chain


def _link(issue: Issue, asked: str | None, settings: Settings) -> str | None:
    """The page of what waits for an answer, else of the issue. A telephone cannot open an address of this machine, so where
    there is no public one, the issue in Sentry is better than nothing."""
    upstream = safe_url(issue.url) if is_of_this_machine(settings.paramedic_public_url) else None
    page = f"/approvals/{asked}" if asked else f"/issues/{issue.id}"
    return upstream or safe_url(settings.paramedic_public_url + page)
