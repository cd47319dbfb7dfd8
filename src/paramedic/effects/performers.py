"""Doing an effect, at most once. Each performer first looks whether it is already there: a worker may have been killed
between doing it and recording it, and the world remembers what the ledger does not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
import structlog

from paramedic.effects.markdown import cut
from paramedic.effects.messages import COMMENT_LIMIT, safe_url
from paramedic.effects.values import Comment, Effect, EffectKind, EffectState, OpenPullRequest, Patch, Push, Say
from paramedic.integrations.chats import open_chat
from paramedic.integrations.forge import NewPullRequest
from paramedic.integrations.forges import open_forge
from paramedic.integrations.http import certainly_not_done
from paramedic.integrations.sentry.bugsink import BugsinkClient
from paramedic.integrations.sentry.client import SentryClient
from paramedic.integrations.sentry.upstream import open_upstream
from paramedic.model.chat import Chat, ChatMessage
from paramedic.model.errors import Gone, NotConfigured, OutsideError, ParamedicError
from paramedic.settings import Configuration, Settings
from paramedic.settings.file import RepositoryConfig
from paramedic.source import commits
from paramedic.source.repository import Repository
from paramedic.store import effects as rows
from paramedic.store.engine import reading

log = structlog.get_logger()

UNCLEAR = "The answer was lost."
"""Begins the reason of an effect of which nobody knows yet whether it was done."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What performing takes. ``worker_id`` signs claims."""

    settings: Settings
    configuration: Configuration
    engine: sa.Engine
    worker_id: str


def do(effect: Effect, tools: Tools, *, begun: bool = False) -> str:
    """Do it, or find it done; returns where it can be seen. ``begun`` when somebody began it, and nobody knows how far they
    came. Raises ``ParamedicError``."""
    match effect.payload:
        case Push() as payload:
            return _push(payload, tools)
        case OpenPullRequest() as payload:
            return _open_pull_request(payload, tools)
        case Comment() as payload:
            return _comment(payload, effect.issue_id, tools)
        case Patch() as payload:
            return _write_patch(payload, tools)
        case Say() as payload:
            return _say(effect.key, payload, tools, begun=begun)


def _push(payload: Push, tools: Tools) -> str:
    config = _repository(payload.repository, tools)
    forge = open_forge(config, tools.settings)
    credentials = forge.push_credentials() if forge and config.url.startswith(("https://", "http://")) else None
    repository = Repository(config.url, tools.settings.home, credentials=credentials)
    repository.fetch()
    # The same base, edits, message and moment make the same commit, so a second push finds the first.
    sha = commits.commit(repository.mirror, payload.base_commit, payload.edits, payload.message, payload.moment)
    commits.push(repository.mirror, repository.url, sha, payload.branch, credentials=credentials)
    return sha


def _open_pull_request(payload: OpenPullRequest, tools: Tools) -> str:
    forge = open_forge(_repository(payload.repository, tools), tools.settings)
    if forge is None:
        raise NotConfigured(
            f"Repository {payload.repository} has no forge that has pull requests.", remedy="Set forge in its table."
        )
    found = forge.find(payload.branch)
    if found is None:
        found = forge.open(NewPullRequest(payload.branch, payload.base, payload.title, payload.body, payload.draft))
    return found.url or f"#{found.number}"


def _comment(payload: Comment, issue_id: int, tools: Tools) -> str:
    try:
        comment_id = _write_comment(payload, issue_id, tools)
    except ParamedicError as error:
        log.warning("sentry_comment_failed", issue_id=payload.upstream_issue, reason=str(error))
        raise
    log.info("sentry_comment_posted", issue_id=payload.upstream_issue, comment_id=comment_id)
    return comment_id


def _write_comment(payload: Comment, issue_id: int, tools: Tools) -> str:
    """Edit our comment where there is one, else post it."""
    client = open_upstream(tools.settings)
    if isinstance(client, BugsinkClient):
        raise NotConfigured("Bugsink's comments cannot be edited, so none is posted.")
    try:
        text = _with_link(payload, tools)
        with reading(tools.engine).connect() as connection:
            known = rows.last_result(connection, issue_id, EffectKind.COMMENT.value)
        known = known or _ours(client, payload)
        if known is not None and _edited(client, payload.upstream_issue, known, text):
            return known
        posted = client.post_note(payload.upstream_issue, text)
        found = posted.id if posted else _ours(client, payload)
        if found is None:
            raise OutsideError("Sentry has this comment already but does not list it.", permanent=True)
        return found
    finally:
        client.close()


def _edited(client: SentryClient, issue: str, note_id: str, text: str) -> bool:
    """False when somebody deleted the comment."""
    try:
        client.edit_note(issue, note_id, text)
    except OutsideError as error:
        if error.status == 404:
            return False
        raise
    return True


def _ours(client: SentryClient, payload: Comment) -> str | None:
    """Our comment on the issue, known by its invisible first line."""
    mark = payload.text.split("\n", 1)[0]
    return next((note.id for note in client.notes(payload.upstream_issue) if note.text.startswith(mark)), None)


def _with_link(payload: Comment, tools: Tools) -> str:
    if payload.about is None:
        return payload.text
    with reading(tools.engine).connect() as connection:
        row = rows.read(connection, payload.about)
    link = safe_url(row.result) if row else None
    return cut(f"{payload.text}\n\nPull request: {link}", COMMENT_LIMIT) if link else payload.text


def _write_patch(payload: Patch, tools: Tools) -> str:
    folder = tools.settings.home / "patches"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / Path(payload.name).name
    # Readers see the whole file or none of it.
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(payload.diff, encoding="utf-8", newline="")
    unfinished.replace(path)
    return str(path)


def _say(key: str, payload: Say, tools: Tools, *, begun: bool) -> str:
    chat = open_chat(payload.chat, tools.settings)
    if payload.replaces is not None:
        return _edit(chat, key, payload.message, payload.replaces, tools, begun=begun)
    under = _place(payload.under, tools) if payload.under else ""
    return _post(chat, key, payload.message, under, begun=begun)


def _place(key: str, tools: Tools) -> str:
    """Where the message of an effect is."""
    with reading(tools.engine).connect() as connection:
        row = rows.read(connection, key)
    return row.result or "" if row else ""


def _post(chat: Chat, key: str, message: ChatMessage, under: str = "", *, begun: bool) -> str:
    """Post it. When the answer is lost, look whether it is there; where nobody can look, it is not posted again."""
    if begun and (there := _said(chat, key)) is not None:
        return there
    try:
        return chat.post(message, key, under)
    except OutsideError as error:
        if error.permanent or certainly_not_done(error):
            raise
        found = _said(chat, key, str(error.args[0]))
        if found is None:
            # It may still be on its way: it is looked for once more before it is posted again.
            error.args = (f"{UNCLEAR} {error.args[0]}",)
            raise
        return found


def _said(chat: Chat, key: str, problem: str = "Whoever was posting it died.") -> str | None:
    """Where the message is, None when it is not there. Raises a permanent ``OutsideError`` where that cannot be known."""
    try:
        return chat.find(key)
    except OutsideError as error:
        words = "It may have been posted, so it is not posted again."
        raise OutsideError(f"{problem} {error}", remedy=words, status=error.status, permanent=True) from error


def _edit(chat: Chat, key: str, message: ChatMessage, replaces: str, tools: Tools, *, begun: bool) -> str:
    """Change the message; where it is gone, a new one takes its place."""
    known = _place(replaces, tools)
    try:
        chat.edit(known, message)
    except Gone as gone:
        log.warning("message_gone", chat=chat.name, message=known, reason=str(gone))
        known = _post(chat, key, message, begun=begun)
        with tools.engine.begin() as connection:
            rows.move(connection, replaces, [EffectState.DONE.value], EffectState.DONE.value, result=known)
    return known


def _repository(name: str, tools: Tools) -> RepositoryConfig:
    config = tools.configuration.repositories.get(name)
    if config is None:
        raise NotConfigured(f"There is no [repositories.{name}] any more.", remedy="Put it back, or reject this effect.")
    return config
