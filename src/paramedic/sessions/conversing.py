"""What a person says to a session that is there: a message, or that it shall end."""

from __future__ import annotations

import sqlalchemy as sa

from paramedic.sessions import library
from paramedic.sessions.asking import NEEDS_MODEL, refuse
from paramedic.settings import Settings
from paramedic.store import messages, requests
from paramedic.store import sessions as store
from paramedic.store.messages import Message, Source
from paramedic.store.sessions import SessionState

_ENDED = "This session has ended and is not gone on with. Send the issue's address in a new prompt to have it looked into again."


def tell(connection: sa.Connection, settings: Settings, session_id: str, author: str, text: str) -> Message:
    """Keep the message. A prompt session that waits, or failed, is woken by it; one that works reads it when it is done; one
    that is over says so. Raises ``BadInput`` when there is no such session."""
    session = store.read(connection, session_id)
    message = messages.add(connection, session_id, Source.USER, author, text)
    request = requests.read(connection, [session_id]).get(session_id)
    if request is not None:
        library.attach_playbooks(connection, session_id, request.org_id, None, text)
        library.recall_knowledge(connection, session_id, request.org_id, text, named=request.options.get("knowledge_ids"))
    if store.wake(connection, session_id):
        store.append_log(connection, session_id, "ask", f"Woken by a message of {author}.", message.seq)
        if settings.paramedic_model is None:
            refuse(connection, session_id, NEEDS_MODEL)
    elif session.state not in (*store.LIVE, SessionState.WAITING):
        messages.add(connection, session_id, Source.SESSION, "paramedic", _ENDED)
    return message


def terminate(connection: sa.Connection, session_id: str, who: str) -> bool:
    """End the session; False when it was over before. Nothing that it has not proposed yet will be done."""
    ended = store.cancel(connection, session_id, f"Ended by {who}.")
    if ended:
        store.append_log(connection, session_id, "end", f"Ended by {who}.")
    return ended
