"""The agent as whoever asks a prompt session sees it: it finds out, tries, changes a work tree of its own, and answers.

A change ends as a patch in the answer, proven by the one prover or said to be unproven. Nothing is proposed to the outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from paramedic.agent import Case, investigate
from paramedic.agent.fence import safe
from paramedic.agent.transcript import read_result
from paramedic.agent.worktree import WorkTree
from paramedic.effects.markdown import fence_source
from paramedic.integrations.models.client import open_models, open_summary_model
from paramedic.model.agent import Answer, Investigation
from paramedic.model.errors import BadInput
from paramedic.model.repair import Edit, TriageResult, Verdict
from paramedic.proof import Unproven
from paramedic.sandbox.choose import choose_sandbox
from paramedic.sandbox.project import LaterRunner, Project
from paramedic.sessions import library
from paramedic.sessions.agent import STAGE, attachments_of, is_cancelled, journal_of, limits_of
from paramedic.sessions.agent_proof import Bench
from paramedic.sessions.desk import Desk
from paramedic.sessions.filling import wanted_form
from paramedic.sessions.outside_tools import outside_tools
from paramedic.sessions.pipeline import TriageOptions, prepare_project
from paramedic.sessions.prompting import Conversation, Reply
from paramedic.settings.file import RepositoryConfig
from paramedic.source.edits import unified_diff
from paramedic.source.repository import Repository
from paramedic.source.tree import SourceTree
from paramedic.store import requests
from paramedic.store.agent import results_before
from paramedic.store.engine import reading
from paramedic.store.messages import Source

_LONGEST_TASK = 30_000
_LONGEST_PATCH = 60_000


def answer(desk: Desk, conversation: Conversation) -> Reply:
    """Answer the last message. Raises ``NotConfigured`` when the model cannot be used as it is set."""
    config = desk.house.configuration.agent
    models = open_models(desk.house.settings, config)
    summariser = open_summary_model(desk.house.settings, config)
    repository = _repository(desk, conversation)
    with _source(desk, repository) as (tree, git), outside_tools(desk.house.engine, desk.house.configuration) as outside:
        case = Case(
            tree=tree,
            git=git,
            commit=tree.commit,
            task=_task(desk, conversation),
            language=config.language,
            may_edit=repository is not None,
            outside=outside,
            recalled=conversation.recalled,
            output_schema=wanted_form(desk),
            changed=_changed(desk, tree),
            attachments=attachments_of(desk),
            cancelled=lambda: is_cancelled(desk),
        )
        bench = _bench(desk, tree, repository) if repository else None
        if bench:
            case = replace(case, runner=bench.runner, prove=bench.trial)
        journal, limits = journal_of(desk, turn=desk.session.turn), limits_of(config)
        found = investigate(case, models, journal, limits, lambda line: desk.say(STAGE, line), summariser=summariser)
        return Reply(_told(found, case, bench), found.answer.output if found.answer else None)


def _changed(desk: Desk, tree: SourceTree) -> tuple[Edit, ...]:
    """What earlier turns changed: a message goes on from there."""
    with reading(desk.house.engine).connect() as connection:
        results = results_before(connection, desk.session_id, desk.session.turn)
    work = WorkTree(tree)
    for result in results:
        work.apply(read_result(result).edits)
    return (*work.patch, *work.tests)


def _bench(desk: Desk, tree: SourceTree, repository: RepositoryConfig) -> Bench:
    """Proves what the agent changes. Most questions run nothing, so the environment is made when the first thing is run."""

    def prepare() -> Project:
        settings = desk.house.settings
        options = TriageOptions(python=repository.python, test_command=repository.test, config=repository)
        return prepare_project(None, tree, choose_sandbox(settings.paramedic_sandbox), settings.home, options, desk.say)

    nothing = TriageResult(Verdict.NOT_FOUND, "")
    return Bench(None, nothing, LaterRunner(prepare), suite=True, say=lambda line: desk.say(STAGE, line))


def _task(desk: Desk, conversation: Conversation) -> str:
    """What was said so far. It is an authenticated person's, but what they pasted may be anybody's."""
    with reading(desk.house.engine).connect() as connection:
        taught = library.lesson(connection, desk.session_id)
    lines = [("You: " if each.source is Source.SESSION else f"{each.author}: ") + each.text for each in conversation.said]
    return "\n\n".join(part for part in (safe(taught, _LONGEST_TASK), safe("\n\n".join(lines), _LONGEST_TASK)) if part)


@contextmanager
def _source(desk: Desk, config: RepositoryConfig | None) -> Iterator[tuple[SourceTree, Path | None]]:
    """The repository that was named, or the only one; an empty folder when there is none to look at."""
    if config is None:
        with TemporaryDirectory(prefix="paramedic-empty-") as folder:
            yield SourceTree.open(Path(folder), commit=""), None
        return
    repository = Repository(config.url, desk.house.settings.home)
    repository.fetch()
    commit = repository.resolve(branch=config.default_branch).commit
    with desk.house.engine.begin() as connection:
        # The same for all turns: what the first ones changed belongs to that commit.
        commit = requests.pin(connection, desk.session_id, commit)
    with repository.worktree(commit) as root:
        yield SourceTree.open(root, source_roots=config.source_roots, commit=commit), repository.mirror


def _repository(desk: Desk, conversation: Conversation) -> RepositoryConfig | None:
    if (named := desk.asked_for()) is not None:
        return named[1]
    known = desk.house.configuration.repositories
    asked = conversation.request.options.get("repos")
    for name in asked if isinstance(asked, list) else []:
        short = str(name).rpartition("/")[2]
        if short not in known:
            raise BadInput(f"There is no repository {short!r}.", remedy="Write its [repositories.NAME] table.")
        return known[short]
    return next(iter(known.values())) if len(known) == 1 else None


def _told(found: Investigation, case: Case, bench: Bench | None) -> str:
    if found.answer is None:
        return "\n".join([f"No answer: {found.reason}", *_unproven(found, case, "it was not finished")])
    claims = [f"- {claim.text} [{', '.join(claim.evidence)}]" for claim in found.answer.claims]
    unsure = [f"Not sure: {each}" for each in found.answer.unsure_of]
    return "\n".join([found.answer.summary, *claims, *unsure, *_patch(found, found.answer, case, bench)])


def _patch(found: Investigation, answer: Answer, case: Case, bench: Bench | None) -> list[str]:
    """The whole change of the session with what the prover said of it; nothing when nothing was changed this time."""
    if not found.patch or bench is None or _is_as_before(found, case):
        return _unproven(found, case, "there is nothing for a test to show")
    outcome = bench.outcome(found.patch, found.tests, answer.test)
    if isinstance(outcome.verdict, Unproven):
        return _unproven(found, case, outcome.verdict.reason.splitlines()[0])
    proof = outcome.verdict.proof
    said = f"The change is proven: its test failed before it and passes after it; {proof.compared}."
    gaps = [f"Not checked: {gap}" for gap in proof.gaps]
    return ["", said, *gaps, "", _shown(found)]


def _is_as_before(found: Investigation, case: Case) -> bool:
    return (*found.patch, *found.tests) == case.changed


def _unproven(found: Investigation, case: Case, reason: str) -> list[str]:
    if _is_as_before(found, case):
        return []
    return ["", f"The change is NOT proven: {reason.rstrip('.')}. Look at it before you apply it.", "", _shown(found)]


def _shown(found: Investigation) -> str:
    """As ``git apply`` takes it, but for secrets."""
    return fence_source(unified_diff((*found.patch, *found.tests)), "diff", _LONGEST_PATCH)
