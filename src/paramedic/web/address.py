"""Where the web process listens."""

from __future__ import annotations

import errno
import socket

from paramedic.model.errors import NotConfigured
from paramedic.settings import Settings

BACKLOG = 2048


def bound(settings: Settings) -> socket.socket:
    """A socket that listens there. Raises ``NotConfigured`` that names the address and the setting."""
    host, port = settings.paramedic_host, settings.paramedic_port
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            text, remedy = "is taken by another process", "End that, or set PARAMEDIC_PORT (or --port) to a free port."
        else:
            text, remedy = f"cannot be listened on: {error.strerror}", "Set PARAMEDIC_HOST and PARAMEDIC_PORT."
        raise NotConfigured(f"The address {host}:{port} {text}.", remedy=remedy) from error
