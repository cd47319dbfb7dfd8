"""Settings of the service, from one TOML file."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Carrier:
    url: str
    token: str
    timeout_seconds: float
    verify: str | None


def load(path=None):
    text = Path(path or os.environ.get("WAREHOUSE_SETTINGS", "warehouse.toml")).read_text()
    return tomllib.loads(text)


def carrier(settings):
    """The carrier's section: address and token must be given, the rest has defaults."""
    section = settings["carrier"]
    return Carrier(
        url=section["url"],
        token=section["token"],
        timeout_seconds=section.get("timeout_seconds", 5.0),
        verify=section.get("verify"),
    )


def shelf_names(settings):
    return settings.get("shelves", {}).get("names", [])
