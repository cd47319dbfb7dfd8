"""The agent as whoever asks a prompt session sees it: it reads, finds out and answers. It changes and proposes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from paramedic.agent import Case, investigate
from paramedic.agent.fence import safe
from paramedic.agent.structured import wrong_schema
from paramedic.integrations.models.client import open_models
from paramedic.model.agent import Investigation
from paramedic.model.errors import BadInput
from paramedic.sessions import library
from paramedic.sessions.agent import STAGE, is_cancelled, journal_of, limits_of
from paramedic.sessions.desk import Desk
from paramedic.sessions.outside_tools import outside_tools
from paramedic.sessions.prompting import Conversation, Reply
from paramedic.settings.file import RepositoryConfig
from paramedic.source.repository import Repository
from paramedic.source.tree import SourceTree
from paramedic.store import playbooks
from paramedic.store.engine import reading
from paramedic.store.messages import Source

_LONGEST_TASK = 30_000


def answer(desk: Desk, conversation: Conversation) -> Reply:
    """Answer the last message. Raises ``NotConfigured`` when the model cannot be used as it is set."""
    config = desk.house.configuration.agent
    models = open_models(desk.house.settings, config)
    with _source(desk, conversation) as (tree, git), outside_tools(desk.house.engine, desk.house.configuration) as outside:
        case = Case(
            tree=tree,
            git=git,
            commit=tree.commit,
            task=_task(desk, conversation),
            language=config.language,
            may_edit=False,
            outside=outside,
            recalled=conversation.recalled,
            output_schema=_schema(desk, conversation),
            cancelled=lambda: is_cancelled(desk),
        )
        journal = journal_of(desk, turn=desk.session.turn)
        found = investigate(case, models, journal, limits_of(config), lambda line: desk.say(STAGE, line))
    return Reply(_told(found), found.answer.output if found.answer else None)


def _schema(desk: Desk, conversation: Conversation) -> Mapping[str, object] | None:
    """The form that was asked for with the prompt, else that of the playbook."""
    request = conversation.request
    asked = request.options.get("structured_output_schema")
    if isinstance(asked, dict) and asked:
        return asked
    if request.playbook_id is None:
        return None
    with reading(desk.house.engine).connect() as connection:
        playbook = next((one for one in playbooks.listed(connection, request.org_id) if one.id == request.playbook_id), None)
    schema = playbook.output_schema if playbook else None
    # Playbooks of before this was checked may hold anything.
    return schema if schema and not wrong_schema(schema) else None


def _task(desk: Desk, conversation: Conversation) -> str:
    """What was said so far. It is an authenticated person's, but what they pasted may be anybody's."""
    with reading(desk.house.engine).connect() as connection:
        taught = library.lesson(connection, desk.session_id)
    lines = [("You: " if each.source is Source.SESSION else f"{each.author}: ") + each.text for each in conversation.said]
    return "\n\n".join(part for part in (safe(taught, _LONGEST_TASK), safe("\n\n".join(lines), _LONGEST_TASK)) if part)


@contextmanager
def _source(desk: Desk, conversation: Conversation) -> Iterator[tuple[SourceTree, Path | None]]:
    """The repository that was named, or the only one; an empty folder when there is none to look at."""
    config = _repository(desk, conversation)
    if config is None:
        with TemporaryDirectory(prefix="paramedic-empty-") as folder:
            yield SourceTree.open(Path(folder), commit=""), None
        return
    repository = Repository(config.url, desk.house.settings.home)
    repository.fetch()
    commit = repository.resolve(branch=config.default_branch).commit
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


def _told(found: Investigation) -> str:
    if found.answer is None:
        return f"No answer: {found.reason}"
    claims = [f"- {claim.text} [{', '.join(claim.evidence)}]" for claim in found.answer.claims]
    unsure = [f"Not sure: {each}" for each in found.answer.unsure_of]
    return "\n".join([found.answer.summary, *claims, *unsure])
