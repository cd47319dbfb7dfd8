"""``/webhook/slack`` and ``/webhook/telegram``: answers that people give in a chat."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import sqlalchemy as sa
import structlog
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from paramedic.intake.answers import Refused
from paramedic.intake.body import read_body
from paramedic.intake.desk import Desk, parse_json
from paramedic.intake.routes import guarded
from paramedic.integrations.http import Outside, Patience
from paramedic.integrations.slack.client import SlackBot
from paramedic.integrations.slack.webhook import Interaction, read_interaction, refusal, verify
from paramedic.integrations.telegram import webhook as telegram_hook
from paramedic.model.chat import Decision
from paramedic.model.errors import BadInput, NotConfigured, OutsideError
from paramedic.sessions import telegram_desk
from paramedic.sessions.deciding import Decided, Terms, decide, hindrance, title_of

log = structlog.get_logger()

BODY_LIMIT = 200_000
_AT_ONCE = Patience(connect_seconds=1.0, read_seconds=1.5, attempts=1)
"""Slack waits three seconds for our answer, and a form can be opened no longer than that."""


async def slack(request: Request) -> Response:
    """Verify, decide, answer within Slack's three seconds; the person alone is told what came of it."""
    desk: Desk = request.app.state.desk
    body = await read_body(request, BODY_LIMIT)
    _verify_slack(request, desk, body)
    try:
        interaction = read_interaction(body)
    except BadInput as error:
        raise Refused(400, str(error)) from error
    if interaction.decision is None:
        return Response(status_code=200)
    engine = request.app.state.engine
    if interaction.from_form:
        decided = await run_in_threadpool(_decide, desk, engine, interaction.decision)
        return Response(status_code=200) if decided.taken else JSONResponse(refusal(decided.text))
    if not interaction.decision.answer.wants_words:
        decided = await run_in_threadpool(_decide, desk, engine, interaction.decision)
    elif "x-slack-retry-num" in request.headers:
        # The form is open already, and its trigger is spent.
        return Response(status_code=200)
    else:
        told = await run_in_threadpool(_ask_words, desk, engine, interaction)
        if told is None:
            return Response(status_code=200)
        decided = told
    return Response(status_code=200, background=BackgroundTask(_tell_person, desk, interaction.reply_to, decided.text))


def _verify_slack(request: Request, desk: Desk, body: bytes) -> None:
    secret = desk.settings.slack_signing_secret
    if secret is None:
        raise Refused(503, "SLACK_SIGNING_SECRET is not set.", "Set it to the Signing Secret of the Slack app.")
    stamp, signature = request.headers.get("x-slack-request-timestamp"), request.headers.get("x-slack-signature")
    if problem := verify(secret.get_secret_value(), stamp, body, signature, time.time()):
        raise Refused(401, f"The request is refused: {problem}.", "SLACK_SIGNING_SECRET must be that of the app that sends.")


def _terms(desk: Desk) -> Terms:
    return Terms(desk.settings, desk.configuration)


def _decide(desk: Desk, engine: sa.Engine, decision: Decision) -> Decided:
    with engine.begin() as connection:
        return decide(connection, decision, _terms(desk))


def _ask_words(desk: Desk, engine: sa.Engine, interaction: Interaction) -> Decided | None:
    """Open a form for the person's words; why not, when it cannot be opened. Nothing is decided before it comes back."""
    decision, token = interaction.decision, desk.settings.slack_bot_token
    if decision is None:
        return None
    with engine.begin() as connection:
        if (hindered := hindrance(connection, decision, _terms(desk))) is not None:
            return hindered
        what = title_of(connection, decision)
    try:
        if token is None:
            raise NotConfigured("SLACK_BOT_TOKEN is not set.")
        bot = SlackBot(token.get_secret_value(), "", desk.settings.slack_api_url, patience=_AT_ONCE)
        bot.ask_words(interaction.trigger, decision, f"The {what} {decision.effect[:12]}")
    except (OutsideError, NotConfigured) as error:
        log.warning("form_not_opened", effect=decision.effect[:12], reason=str(error))
        page = f"{desk.settings.paramedic_public_url}/approvals/{decision.effect}"
        return Decided(False, f"The form could not be opened, and nothing was decided. Press again, or decide at {page}")
    return None


def _tell_person(desk: Desk, address: str, text: str) -> None:
    """Only to Slack itself: an address in a request is nobody's word but its sender's."""
    ours = urlsplit(desk.settings.slack_api_url)
    parts = urlsplit(address)
    slack_own = parts.scheme == "https" and parts.hostname == "hooks.slack.com" and ours.hostname == "slack.com"
    if not address or not (slack_own or (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc)):
        return
    outside = Outside("Slack", f"{parts.scheme}://{parts.netloc}", patience=_AT_ONCE, secret=parts.path)
    try:
        outside.send(parts.path, {"response_type": "ephemeral", "replace_original": False, "text": text})
    except OutsideError as error:
        log.warning("person_not_told", reason=str(error))
    finally:
        outside.close()


async def telegram(request: Request) -> Response:
    """Verify, decide, and answer with the word that Telegram shows to the person who pressed."""
    desk: Desk = request.app.state.desk
    secret = desk.settings.telegram_webhook_secret
    if secret is None:
        raise Refused(503, "TELEGRAM_WEBHOOK_SECRET is not set.", "Set it, and run `paramedic telegram set-webhook`.")
    if not telegram_hook.verify(secret.get_secret_value(), request.headers.get("x-telegram-bot-api-secret-token")):
        raise Refused(401, "The secret token is missing or wrong.", "Run `paramedic telegram set-webhook` again.")
    update = parse_json(await read_body(request, BODY_LIMIT), "body")
    calls = await run_in_threadpool(_heard, desk, request.app.state.engine, update)
    if not calls:
        return Response(status_code=200)
    first, *rest = calls
    after = BackgroundTask(telegram_desk.make, desk.settings, rest) if rest else None
    return JSONResponse({"method": first.method, **first.body}, background=after)


def _heard(desk: Desk, engine: sa.Engine, update: telegram_desk.Update) -> tuple[telegram_desk.Call, ...]:
    with engine.begin() as connection:
        return telegram_desk.heard(connection, update, _terms(desk))


def chat_routes() -> list[Route]:
    return [
        Route("/webhook/slack", guarded(slack), methods=["POST"]),
        Route("/webhook/telegram", guarded(telegram), methods=["POST"]),
    ]
