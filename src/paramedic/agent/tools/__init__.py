"""What an agent can do. Each tool answers in one of four states, and none has an effect outside the session."""

from paramedic.agent.tools.box import Toolbox, toolbox

__all__ = ["Toolbox", "toolbox"]
