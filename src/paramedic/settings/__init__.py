"""What the operator decided: the process environment (``environment``) and one TOML file (``file``), each read once."""

from paramedic.settings.environment import Settings, load_settings
from paramedic.settings.file import Configuration, load_configuration

__all__ = ["Configuration", "Settings", "load_configuration", "load_settings"]
