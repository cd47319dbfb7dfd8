"""What became of a fix, in sentences: for pages, messages, the command line, and the session that follows a regression."""

from __future__ import annotations

from paramedic.model.outcome import Basis, Fate, Outcome, Silence

HEADLINES = {
    Silence.WAITING: "waiting for a release",
    Silence.WATCHING: "too early to tell",
    Silence.SILENT: "silent",
    Silence.REGRESSED: "regressed",
}


def name_of(outcome: Outcome) -> str:
    """``Pull request #12``, or ``Branch paramedic/shop-1``."""
    if outcome.url is None:
        return f"Branch {outcome.branch}"
    return f"Pull request #{outcome.number}" if outcome.number else f"Pull request of {outcome.branch}"


def headline(outcome: Outcome) -> str:
    """One or two words: the silence where there is one, else the fate."""
    return HEADLINES[outcome.silence] if outcome.silence and outcome.fate is Fate.MERGED else outcome.fate.value


def fate_of(outcome: Outcome) -> str:
    """One sentence on the pull request."""
    by = f" by {outcome.fate_by}" if outcome.fate_by else ""
    on = f" on {outcome.fate_at:%Y-%m-%d %H:%M} UTC"
    what = {
        Fate.OPEN: "is open",
        Fate.REOPENED: f"was opened again{by}{on}",
        Fate.CLOSED: f"was closed without being merged{by}{on}",
        Fate.MERGED: f"was merged{f' as {outcome.commit[:12]}' if outcome.commit else ''}{by}{on}",
        Fate.REVERTED: f"was merged, and taken back{on}",
    }
    return f"{name_of(outcome)} {what[outcome.fate]}."


def silence_of(outcome: Outcome) -> str:
    """What the issue did since, and from what that is known; "" before the merge."""
    if outcome.fate is not Fate.MERGED or outcome.silence is None:
        return ""
    if outcome.silence is Silence.WAITING:
        return "No release that carries it has been heard of."
    if outcome.silence is Silence.REGRESSED:
        return f"The error came back on {outcome.regressed_at:%Y-%m-%d %H:%M} UTC in release {_carrier(outcome)}."
    since = f"Release {_carrier(outcome)} runs since {outcome.released_at:%Y-%m-%d %H:%M} UTC"
    rate = f"at the {_number(outcome.per_hour)} an hour from before the merge, {_number(outcome.expected)} would have come"
    older = f" ({outcome.seen} came from releases without it)" if outcome.seen else ""
    if outcome.silence is Silence.SILENT:
        return f"{since}, and no event of this issue came from it: {rate}{older}."
    return f"{since}, and no event of this issue came from it. That tells nothing yet: {rate}{older}."


def summary_of(outcome: Outcome) -> str:
    """Both sentences in a row."""
    return f"{fate_of(outcome)} {silence_of(outcome)}".strip()


def _carrier(outcome: Outcome) -> str:
    release = outcome.regressed_release or outcome.release
    if outcome.basis is Basis.ORDER:
        return f"{release} (first heard of after the merge; the repository has no tag or commit of it)"
    return f"{release} (its commit contains the merged one)"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"
