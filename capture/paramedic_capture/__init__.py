"""Typed values of a crash's frames, attached to the event that sentry_sdk sends.

sentry_sdk.init(..., integrations=[ParamedicCapture()])
"""

from paramedic_capture.integration import ParamedicCapture
from paramedic_capture.limits import Limits

__all__ = ["Limits", "ParamedicCapture"]
