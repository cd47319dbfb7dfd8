"""The web process: one port, one event loop, nothing heavy."""

from __future__ import annotations

import socket
import sys
from contextlib import suppress

import structlog
import uvicorn
from fastapi import FastAPI

from paramedic.accounts.entrance import first_link
from paramedic.log import configure_log
from paramedic.model.errors import BadInput
from paramedic.sessions.library import add_starters
from paramedic.settings import Settings, load_configuration, load_settings
from paramedic.settings.exposure import refuse_exposure
from paramedic.settings.place import configuration_path
from paramedic.store.engine import open_engine
from paramedic.store.migrate import upgrade
from paramedic.store.service_users import HOME_ORGANISATION
from paramedic.web.address import bound
from paramedic.web.app import create_app
from paramedic.web.pages.watch import Watch

log = structlog.get_logger()

KEEP_ALIVE_SECONDS = 30
GRACE_SECONDS = 10
_NOT_STARTED = 3


class _Server(uvicorn.Server):
    """Says where it listens, as soon as it answers there, and sends home whoever follows something when it is to end."""

    def __init__(self, config: uvicorn.Config, watch: Watch) -> None:
        super().__init__(config)
        self._watch = watch

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._watch.close()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for door in sockets or []:
            host, port = door.getsockname()[:2]
            log.info(f"listening on http://{f'[{host}]' if ':' in host else host}:{port}")


def run(settings: Settings) -> None:
    """Serve until a signal asks to stop; requests under way are answered first.

    Raises ``NotConfigured`` when the address is taken, or when strangers would be served.
    """
    refuse_exposure(settings)
    configuration = load_configuration(configuration_path(settings))
    engine = open_engine(settings.database)
    upgrade(engine)
    with engine.begin() as connection:
        add_starters(connection, HOME_ORGANISATION)
    app = create_app(settings, configuration, engine)
    if link := first_link(engine, settings.own_url):
        sys.stderr.write(f"There is no user yet. To become the administrator, open this within a day, once:\n  {link}\n")
    with bound(settings) as door:
        server = _Server(_configured(app), app.state.watch)
        with suppress(KeyboardInterrupt):
            server.run([door])
    if not server.started:
        sys.exit(_NOT_STARTED)


def _configured(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        headers=[("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "same-origin")],
    )


def main() -> None:
    try:
        settings = load_settings()
        configure_log(settings.log_level)
        run(settings)
    except BadInput as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
