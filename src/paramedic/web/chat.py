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

from paramedic.effects import ledger
from paramedic.intake.answers import Refused
from paramedic.intake.body import read_body
from paramedic.intake.desk import Desk, parse_json
from paramedic.intake.routes import guarded
from paramedic.integrations.http import Outside, Patience
from paramedic.integrations.slack.client import SlackBot
from paramedic.integrations.slack.webhook import Interaction, read_interaction, verify
from paramedic.integrations.telegram import webhook as telegram_hook
from paramedic.model.chat import Decision
from paramedic.model.errors import BadInput, OutsideError
from paramedic.sessions.deciding import Decided, decide, may_decide
from paramedic.store.engine import reading

log = structlog.get_logger()

BODY_LIMIT = 200_000
_AT_ONCE = Patience(connect_seconds=1.0, read_seconds=2.0, attempts=1)


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
    if interaction.asks_why and await run_in_threadpool(_asked_why, desk, request.app.state.engine, interaction):
        return Response(status_code=200)
    decided = await run_in_threadpool(_decide, desk, request.app.state.engine, interaction.decision)
    return Response(status_code=200, background=BackgroundTask(_tell_person, desk, interaction.reply_to, decided.text))


def _verify_slack(request: Request, desk: Desk, body: bytes) -> None:
    secret = desk.settings.slack_signing_secret
    if secret is None:
        raise Refused(503, "SLACK_SIGNING_SECRET is not set.", "Set it to the Signing Secret of the Slack app.")
    stamp, signature = request.headers.get("x-slack-request-timestamp"), request.headers.get("x-slack-signature")
    if problem := verify(secret.get_secret_value(), stamp, body, signature, time.time()):
        raise Refused(401, f"The request is refused: {problem}.", "SLACK_SIGNING_SECRET must be that of the app that sends.")


def _decide(desk: Desk, engine: sa.Engine, decision: Decision) -> Decided:
    with engine.begin() as connection:
        return decide(connection, decision, desk.configuration.notifications)


def _asked_why(desk: Desk, engine: sa.Engine, interaction: Interaction) -> bool:
    """Whether a form for the reason was opened. Where it cannot be, the rejection counts without one."""
    decision, settings = interaction.decision, desk.settings
    token = settings.slack_bot_token
    if decision is None or token is None or not may_decide(decision.who, desk.configuration.notifications):
        return False
    bot = SlackBot(token.get_secret_value(), settings.slack_channel or "", settings.slack_api_url)
    try:
        with reading(engine).connect() as connection:
            known = ledger.find(connection, decision.effect)
        if known.state.final:
            return False
        bot.ask_why(interaction.trigger, decision.effect, f"Reject the {known.effect.kind.value.replace('_', ' ')}")
    except (OutsideError, BadInput) as error:
        log.warning("reason_not_asked", reason=str(error))
        return False
    return True


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
        raise Refused(503, "TELEGRAM_WEBHOOK_SECRET is not set.", "Set it to the secret_token that setWebhook was given.")
    if not telegram_hook.verify(secret.get_secret_value(), request.headers.get("x-telegram-bot-api-secret-token")):
        raise Refused(401, "The secret token is missing or wrong.", "Call setWebhook with TELEGRAM_WEBHOOK_SECRET.")
    press = telegram_hook.read_press(parse_json(await read_body(request, BODY_LIMIT), "body"))
    if press is None:
        return Response(status_code=200)
    decided = Decided(False, "This button is of another chat, or none of ours.")
    if press.decision is not None and press.chat == desk.settings.telegram_chat_id:
        decided = await run_in_threadpool(_decide, desk, request.app.state.engine, press.decision)
    answer = {"method": "answerCallbackQuery", "callback_query_id": press.id, "text": decided.text[:200]}
    return JSONResponse({**answer, "show_alert": not decided.taken})


def chat_routes() -> list[Route]:
    return [
        Route("/webhook/slack", guarded(slack), methods=["POST"]),
        Route("/webhook/telegram", guarded(telegram), methods=["POST"]),
    ]
