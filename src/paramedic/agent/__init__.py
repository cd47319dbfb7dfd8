"""The agent: goes on with any model where the engine stopped. It proposes; the prover decides."""

from paramedic.agent.case import Case
from paramedic.agent.loop import investigate

__all__ = ["Case", "investigate"]
