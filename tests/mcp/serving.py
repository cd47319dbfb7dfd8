"""The configuration of a server that is unkind in one way."""

from __future__ import annotations

import sys
from pathlib import Path

from paramedic.settings.file import McpServerConfig

UNKIND = Path(__file__).with_name("unkind.py")


def server(mode: str, **settings: object) -> McpServerConfig:
    limits: dict[str, object] = {"connect_seconds": 5.0, "call_seconds": 5.0}
    return McpServerConfig.model_validate({"command": (sys.executable, "-SI", str(UNKIND), mode)} | limits | settings)
