"""``paramedic notifications``: what messages look like, and whether they arrive."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from paramedic.model.chat import Chat
    from paramedic.sessions.previewing import Preview


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="See what messages look like, and whether they arrive.", no_args_is_help=True)
    group.command("preview", help="Show each message as it would be, in the team's words; nothing is sent.")(preview)
    group.command("test", help="Post a message in each chat that is set up.")(test)
    app.add_typer(group, name="notifications")


def preview(json_output: Annotated[bool, typer.Option("--json", help="As what Slack and Telegram would get.")] = False) -> None:
    from paramedic.log import configure_log
    from paramedic.model.errors import BadInput
    from paramedic.reports.notification import problems
    from paramedic.sessions.previewing import previews
    from paramedic.settings import load_configuration, load_settings
    from paramedic.settings.place import configuration_path

    settings = load_settings()
    configure_log("error")
    configuration = load_configuration(configuration_path(settings))
    found = list(previews(settings, configuration))
    if json_output:
        sys.stdout.write(json.dumps({"messages": [_document(one) for one in found]}) + "\n")
    else:
        for one in found:
            _show(one)
    folder = configuration.notifications.templates
    wrong = [f"{path}: {reason}" for path, reason in (problems(folder) if folder else ())]
    if wrong:
        raise BadInput("; ".join(wrong), remedy="Until it is mended, the built-in words are used.")


def test(chat: Annotated[str | None, typer.Option(help="The name of one chat; default: all that are set up.")] = None) -> None:
    from paramedic.integrations.chats import open_chat, open_chats
    from paramedic.model.errors import BadInput
    from paramedic.settings import load_settings

    settings = load_settings()
    chats = (open_chat(chat, settings),) if chat else open_chats(settings)
    if not chats:
        raise BadInput("No chat is set up.", remedy="Set the variables of one: see docs/notifications.md.")
    if settings.test_mode:
        raise BadInput("TEST_MODE is set, so nothing is sent.")
    arrived = [_try(one) for one in chats]
    if not all(arrived):
        sys.exit(1)


def _try(chat: Chat) -> bool:
    """Whether it arrived; said at once, since another chat may take long to refuse."""
    from secrets import token_hex

    from paramedic.cli.terminal import consoles, printable
    from paramedic.model.chat import ChatMessage
    from paramedic.model.errors import OutsideError

    out, err = consoles()
    try:
        chat.post(ChatMessage("Paramedic can speak here", "A test, sent by `paramedic notifications test`."), token_hex(32))
    except OutsideError as error:
        err.print(f"{chat.name}: {printable(str(error))}", style="red", markup=False)
        return False
    out.print(f"{chat.name}: sent", markup=False)
    return True


def _show(one: Preview) -> None:
    from paramedic.cli.terminal import consoles, printable

    out, _ = consoles()
    message = one.message
    out.rule(one.occasion, style="dim", align="left")
    # What keeps a chat from making links would only be in the way here.
    out.print(printable(message.title.replace("\u200b", "")), style="bold", markup=False)
    out.print(printable(message.body.replace("\u200b", "")), markup=False)
    if message.buttons:
        out.print("  ".join(f"[ {button.label} ]" for button in message.buttons), style="cyan", markup=False)
    if message.link:
        out.print(f"Open: {message.link}", style="dim", markup=False)


def _document(one: Preview) -> dict[str, object]:
    from paramedic.integrations.slack import messages as slack
    from paramedic.integrations.telegram import messages as telegram

    return {"occasion": one.occasion, "slack": slack.document(one.message), "telegram": telegram.document(one.message)}
