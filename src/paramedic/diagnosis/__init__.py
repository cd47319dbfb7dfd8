"""From one event and the source tree to the root cause: location, mechanism, trace, suspects, evidence."""

from paramedic.diagnosis.engine import diagnose

__all__ = ["diagnose"]
