"""Changes that this code base itself would make about a crash, the likeliest first."""

from paramedic.repair.propose import candidates

__all__ = ["candidates"]
