"""From an event and a diagnosis to a regression test that fails as production did."""

from paramedic.reproduction.engine import Unreproduced, reproduce

__all__ = ["Unreproduced", "reproduce"]
