"""Who decides: configuration says for each kind of effect whether it is done, asked for, or never done."""

from __future__ import annotations

from paramedic.effects.values import EffectKind
from paramedic.settings.file import Configuration, Policy


def policy_of(kind: EffectKind, configuration: Configuration, rule: str | None = None) -> Policy:
    """The rule's own word on this kind, else that of ``[effects]``."""
    chosen = next((candidate for candidate in configuration.rules if candidate.name == rule), None)
    if chosen is not None and kind.value in chosen.effects:
        return chosen.effects[kind.value]
    general: Policy = getattr(configuration.effects, kind.value)
    return general
