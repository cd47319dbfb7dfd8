"""The one prover: what makes a change a proven fix, and what does not."""

from paramedic.proof.prove import prove
from paramedic.proof.verdict import Proven, Unproven

__all__ = ["Proven", "Unproven", "prove"]
