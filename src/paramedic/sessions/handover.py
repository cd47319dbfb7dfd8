"""Handing a proven fix to the caller's own checkout: into the folder, onto a branch, or as a patch file."""

from __future__ import annotations

from pathlib import Path

from paramedic.effects.messages import Subject, commit_message
from paramedic.model.errors import BadInput
from paramedic.model.event import Event
from paramedic.model.repair import Edit, Reproduction, TriageResult, Verdict
from paramedic.proof import as_expected_failure
from paramedic.source.edits import apply, unified_diff
from paramedic.source.repository import commit_files


def edits_of(result: TriageResult) -> tuple[Edit, ...]:
    """The fix and its regression test, empty unless the verdict is a proven fix."""
    if result.verdict is not Verdict.PROVEN_FIX or result.fix is None or result.reproduction is None:
        return ()
    return (*result.fix.edits, test_edit(result.reproduction))


def pending_test(result: TriageResult) -> tuple[Edit, ...]:
    """The regression test of a crash that was reproduced and not fixed, as an expected failure; empty without one."""
    test = result.reproduction
    if result.verdict is not Verdict.REPRODUCED or test is None:
        return ()
    return (Edit(test.path, test.before, as_expected_failure(test)),)


def test_edit(reproduction: Reproduction) -> Edit:
    return Edit(reproduction.path, reproduction.before, reproduction.source)


def write_patch(edits: tuple[Edit, ...], path: Path) -> None:
    try:
        path.write_text(unified_diff(edits), encoding="utf-8", newline="")
    except OSError as error:
        raise BadInput(f"--patch {path} cannot be written: {error.strerror}.") from error


def apply_to_folder(edits: tuple[Edit, ...], root: Path) -> None:
    """Write the edits. Raises ``SourceError`` when a file is no longer what the fix was proven against."""
    apply(edits, root)


def commit_to_branch(
    edits: tuple[Edit, ...], repository: Path, branch: str, base: str, event: Event, result: TriageResult
) -> str:
    """Commit onto a new branch at ``base`` without touching the folder's own files; the commit's id."""
    if not base:
        raise BadInput(f"{repository} is not a git repository.", remedy="Use --patch or --apply instead of --branch.")
    subject = Subject(event.issue_id or "", event.title, event.short_id, event.web_url)
    return commit_files(repository, branch, edits, message=commit_message(result, subject), base=base)
