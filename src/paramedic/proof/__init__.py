"""The one prover: what makes a change a proven fix, and what does not."""

from paramedic.proof.pending import as_expected_failure
from paramedic.proof.prove import prove
from paramedic.proof.verdict import Proven, Unproven

__all__ = ["Proven", "Unproven", "as_expected_failure", "prove"]
