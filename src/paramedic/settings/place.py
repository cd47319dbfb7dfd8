"""Where the TOML file is."""

from __future__ import annotations

from pathlib import Path

from paramedic.settings.environment import Settings


def configuration_path(settings: Settings) -> Path | None:
    """The TOML file in force: ``PARAMEDIC_CONFIG``, else paramedic.toml in the home when it is there."""
    if settings.paramedic_config:
        return settings.paramedic_config.expanduser()
    default = settings.home / "paramedic.toml"
    return default if default.is_file() else None
