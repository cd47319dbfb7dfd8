"""Who decides: configuration says for each kind of effect whether it is done, asked for, or never done."""

from __future__ import annotations

from paramedic.effects.values import EffectKind
from paramedic.settings.file import Configuration, Policy

_STRICTNESS = (Policy.AUTO, Policy.ASK, Policy.NEVER)


def policy_of(kind: EffectKind, configuration: Configuration, rule: str | None = None, project: str | None = None) -> Policy:
    """The rule's and the project's own word on this kind, the stricter of the two; that of ``[effects]`` where neither has one.

    A project that never opens pull requests does not open them because a rule for many projects does.
    """
    chosen = [candidate.effects for candidate in configuration.rules if candidate.name == rule][:1]
    if project in configuration.projects:
        chosen.append(configuration.projects[project].effects)
    said = [policies[name] for policies in chosen for name in policies if name == kind.value]
    general: Policy = getattr(configuration.effects, kind.value)
    return max(said, key=_STRICTNESS.index, default=general)
