"""What Paramedic says on a pull request, in a commit and on an issue: all that was found, nothing that was not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from paramedic.effects.markdown import code, cut, fence, fence_source, inline, printable
from paramedic.effects.scrub import scrub
from paramedic.model.diagnosis import Diagnosis, Location, Provenance
from paramedic.model.repair import Kind, Proof, Run, TriageResult, Verdict

BODY_LIMIT = 60_000
"""GitHub takes 65,536 characters; the others take more."""
COMMENT_LIMIT = 30_000

HEADLINES = {
    Verdict.PROVEN_FIX: "Fix proven",
    Verdict.REPRODUCED: "Reproduced, no proven fix",
    Verdict.DIAGNOSED: "Diagnosed, not reproduced",
    Verdict.NO_CODE_FIX: "No code fix",
    Verdict.NOT_FOUND: "Cause not found",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """The issue that a message is about. ``hours`` are events per hour, the oldest first; counts None when not known."""

    issue_id: str
    title: str
    short_id: str | None = None
    url: str | None = None
    last_hour: int | None = None
    last_day: int | None = None
    users: int | None = None
    hours: tuple[tuple[datetime, int], ...] = ()
    earlier: str | None = None
    """What the last session on this issue found, in one sentence."""
    alike: tuple[str, ...] = ()
    """Other issues with the same root cause and what was found there, one line each."""


def title(result: TriageResult, subject: Subject) -> str:
    """One plain line, at most 90 characters; a forge shows it as text, so only control characters are taken out."""
    diagnosis = result.diagnosis
    what = diagnosis.exception_type if diagnosis else "crash"
    where = f" in {diagnosis.location.function or diagnosis.location.file}" if diagnosis and diagnosis.location else ""
    short = f" ({subject.short_id})" if subject.short_id else ""
    verb = "Fix" if result.fix else "Test for"
    line = " ".join(scrub(printable(f"{verb} {what}{where}")).split()).replace("@", "")
    return cut(line, 90 - len(short)) + short


def commit_message(result: TriageResult, subject: Subject) -> str:
    diagnosis, fix = result.diagnosis, result.fix
    lines = [title(result, subject), ""]
    if diagnosis:
        lines += [_plain(diagnosis.summary), ""]
    if fix:
        lines += [_plain(fix.rationale), ""]
    if result.reproduction:
        lines.append(f"Regression test: {_plain(result.reproduction.node)}")
    if result.proof:
        # The reason says which tests were run.
        lines += ["", _plain(result.reason), *(f"Not checked: {_plain(gap)}" for gap in result.proof.gaps)]
    if link := safe_url(subject.url):
        lines.append(f"Issue: {link}")
    return "\n".join(lines).strip() + "\n"


def pull_request_body(result: TriageResult, subject: Subject) -> str:
    """Root cause, fix, test, proof, evidence and counts, as Markdown."""
    parts = [_opening(result, subject), _root_cause(result), _fix(result), _test(result), _proof(result), _evidence(result)]
    parts.append(_history(subject))
    parts += ["---", "Opened by Paramedic. It never merges: a person decides.", marker(subject)]
    return cut("\n\n".join(part for part in parts if part), BODY_LIMIT)


def comment_text(result: TriageResult, subject: Subject, branch: str | None) -> str:
    """The living comment. The link of the pull request is added when that is open."""
    parts = [
        marker(subject),
        f"**Paramedic: {HEADLINES[result.verdict]}**",
        inline(result.reason, 600),
        _root_cause(result),
        _short_fix(result, branch),
        _gaps(result.proof) if result.proof else "",
        _history(subject),
        frequency_table(subject),
    ]
    return cut("\n\n".join(part for part in parts if part), COMMENT_LIMIT)


def marker(subject: Subject) -> str:
    """What finds our comment again. Invisible, and made of nothing an outsider chose."""
    safe = "".join(character for character in subject.issue_id if character.isalnum() or character in "-_")
    return f"<!-- paramedic:issue={safe[:64]} -->"


def frequency_table(subject: Subject) -> str:
    """Events by hour, when there was more than one within 24 hours."""
    if not subject.last_day or subject.last_day < 2 or not subject.hours:
        return ""
    rows = [f"| {hour:%Y-%m-%d %H}:00 | {count} |" for hour, count in subject.hours if count]
    users = f", {subject.users} users" if subject.users else ""
    return "\n".join([f"**{subject.last_day} events in 24 h{users}**", "", "| hour (UTC) | events |", "|---|---|", *rows])


def safe_url(url: str | None) -> str | None:
    """The address when it is a plain http one that cannot end the Markdown around it."""
    if not url or any(character in url for character in "()<>[]\"'` \\\n\r\t|@") or not url.isascii():
        return None
    parts = urlsplit(url)
    return url if parts.scheme in ("http", "https") and parts.netloc and len(url) < 500 else None


def _opening(result: TriageResult, subject: Subject) -> str:
    link = safe_url(subject.url)
    name = inline(subject.short_id or subject.issue_id, 60)
    issue = f"[{name}]({link})" if link else name
    counts = [f"{count} events in the last {span}" for count, span in _counts(subject)]
    users = [f"{subject.users} users"] if subject.users else []
    lines = [f"Fixes {issue}: {inline(subject.title, 200)}"]
    if counts or users:
        lines.append(", ".join(counts + users) + ".")
    return "\n\n".join([*lines, f"**{HEADLINES[result.verdict]}.** {inline(result.reason, 600)}"])


def _history(subject: Subject) -> str:
    lines = [f"Earlier: {inline(subject.earlier, 400)}"] if subject.earlier else []
    lines += [f"Same cause: {inline(line, 300)}" for line in subject.alike[:5]]
    return "\n\n".join(lines)


def _counts(subject: Subject) -> list[tuple[int, str]]:
    return [(count, span) for count, span in ((subject.last_hour, "hour"), (subject.last_day, "24 hours")) if count is not None]


def _root_cause(result: TriageResult) -> str:
    diagnosis = result.diagnosis
    if diagnosis is None:
        return ""
    lines = ["### Root cause", inline(diagnosis.summary, 900)]
    if diagnosis.location:
        lines.append(f"At {_place(diagnosis.location)}, {code(diagnosis.exception_type)}.")
    if len(diagnosis.trace) > 1:
        lines.append("\n".join(f"{number}. {_hop(hop)}" for number, hop in enumerate(_hops(diagnosis), 1)))
    return "\n\n".join(lines)


def _hops(diagnosis: Diagnosis) -> list[tuple[Location, str, str]]:
    return [(hop.location, hop.expression, hop.explanation) for hop in diagnosis.trace[:8]]


def _hop(hop: tuple[Location, str, str]) -> str:
    location, expression, explanation = hop
    return f"{_place(location)} {code(expression, 120)}: {inline(explanation, 300)}"


def _place(location: Location) -> str:
    within = f" in {code(location.function)}" if location.function else ""
    return code(f"{location.file}:{location.line}") + within


def _fix(result: TriageResult) -> str:
    fix = result.fix
    if fix is None:
        return ""
    warning = "" if fix.kind is Kind.FIX else "\n\nThis is a stop-gap: it makes the exception go away and leaves its origin."
    return f"### Fix\n\n{inline(fix.rationale, 900)}{warning}\n\nChanged: {', '.join(code(file) for file in fix.files)}"


def _short_fix(result: TriageResult, branch: str | None) -> str:
    if result.fix is None:
        return ""
    where = f"\n\nBranch {code(branch)}." if branch else ""
    return f"### Fix\n\n{inline(result.fix.rationale, 600)}\n\n{fence_source(result.fix.diff, 'diff', 4000)}{where}"


def _test(result: TriageResult) -> str:
    reproduction = result.reproduction
    if reproduction is None:
        return ""
    notes = "".join(f"\n- {inline(note, 300)}" for note in reproduction.notes[:10])
    how = f"{code(reproduction.node)} rebuilds the crash by calling {_place(reproduction.entry)}; values are synthetic."
    return f"### Regression test\n\n{how}" + (f"\n{notes}" if notes else "")


def _proof(result: TriageResult) -> str:
    proof = result.proof
    if proof is None:
        return ""
    runs = (
        ("Before the change: the test fails", proof.reproduction_before),
        ("After the change: the test passes", proof.reproduction_after),
        ("The suite before", proof.suite_before),
        ("The suite after", proof.suite_after),
    )
    shown = [_run(name, run) for name, run in runs if run is not None]
    return "\n\n".join(["### Proof", *shown, _conditions(proof)])


def _run(name: str, run: Run) -> str:
    counts = "" if run.passed is None else f", {run.passed} passed, {run.failed or 0} failed"
    heading = f"<details><summary>{name} (exit code {run.exit_code}{counts}, {run.seconds:.1f} s)</summary>"
    return f"{heading}\n\n{fence(f'$ {run.command}', 'console', 500)}\n\n{fence(run.output, 'text', 5000)}\n\n</details>"


def _conditions(proof: Proof) -> str:
    base = code(proof.base_commit[:12] or "unknown")
    line = f"Base commit {base}, Python {code(proof.interpreter)}, sandbox {code(proof.sandbox)}."
    return f"{line}\n\n{_gaps(proof)}".rstrip()


def _gaps(proof: Proof) -> str:
    gaps = "".join(f"\n- {inline(gap, 300)}" for gap in proof.gaps)
    return f"Not checked:\n{gaps}" if gaps else ""


def _evidence(result: TriageResult) -> str:
    facts = result.diagnosis.evidence if result.diagnosis else ()
    if not facts:
        return ""
    rows = [f"| {inline(fact.id, 10)} | {_source(fact.provenance)} | {inline(fact.text, 240)} |" for fact in facts[:30]]
    return "\n".join(["### Evidence", "", "| id | from | fact |", "|---|---|---|", *rows])


def _source(provenance: Provenance) -> str:
    return "the repository" if provenance is Provenance.TRUSTED else "the event (untrusted)"


def _plain(text: str) -> str:
    return cut(" ".join(scrub(printable(text)).split()).replace("@", "(at)"), 900)
