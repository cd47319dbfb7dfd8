"""``paramedic serve`` and ``paramedic worker``: the two processes."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("serve", help="Receive deliveries and, unless told otherwise, work on them.")(serve)
    app.command("worker", help="Work on sessions; on PostgreSQL, as many of these as you like.")(worker)


def serve(
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Only receive; run `paramedic worker` elsewhere.")] = False,
    host: Annotated[str | None, typer.Option(help="Address to bind; default PARAMEDIC_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to bind; default PARAMEDIC_PORT.")] = None,
) -> None:
    from paramedic.sessions.supervisor import supervise
    from paramedic.settings import load_settings
    from paramedic.settings.exposure import refuse_exposure
    from paramedic.web.address import bound

    given = {name: value for name, value in (("paramedic_host", host), ("paramedic_port", port)) if value is not None}
    settings = load_settings(**given)
    refuse_exposure(settings)
    # Tried here, so that whoever types it is told at once and no worker is started for nothing.
    bound(settings).close()
    supervise(settings, with_worker=not no_worker)


def worker() -> None:
    from paramedic.sessions.worker import work
    from paramedic.settings import load_settings

    work(load_settings())
