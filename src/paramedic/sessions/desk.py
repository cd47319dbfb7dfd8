"""What one running session has at hand in this process: its case, the checkout, the project. Nothing here is checkpointed;
another worker lays its own desk from the same database and the same commits."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType

import sqlalchemy as sa

from paramedic.model.errors import BadInput, NotConfigured
from paramedic.model.event import Event
from paramedic.sandbox.choose import choose_sandbox
from paramedic.sandbox.project import Project
from paramedic.sessions.pipeline import TriageOptions, prepare_project
from paramedic.settings import Configuration, Settings
from paramedic.settings.file import Action, ProjectConfig, RepositoryConfig
from paramedic.source.repository import Repository
from paramedic.source.tree import SourceTree
from paramedic.store import requests
from paramedic.store import sessions as store
from paramedic.store.engine import reading
from paramedic.store.requests import Request

FOLDER = "folder"
"""The option under which the command line keeps the folder that a session is to look at."""


@dataclass(frozen=True, slots=True)
class House:
    """What all sessions of a worker share."""

    settings: Settings
    configuration: Configuration
    engine: sa.Engine
    worker_id: str


@dataclass(frozen=True, slots=True)
class Checkout:
    """The source that a session looks at. ``how`` says how the commit was found."""

    repository: str
    commit: str
    how: str
    branch: str


@dataclass(slots=True)
class _Counter:
    seen: dict[str, int] = field(default_factory=dict)

    def next(self, text: str) -> int:
        self.seen[text] = self.seen.get(text, 0) + 1
        return self.seen[text]


class Desk:
    """Opened as a context; closing it removes the work tree."""

    def __init__(self, house: House, session_id: str) -> None:
        self.house = house
        self.session_id = session_id
        self._open = ExitStack()
        self._lines: dict[str, _Counter] = {}

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.close()

    @cached_property
    def session(self) -> store.Session:
        with reading(self.house.engine).connect() as connection:
            return store.read(connection, self.session_id)

    @cached_property
    def request(self) -> Request | None:
        """What the session was asked for; None when rules started it."""
        with reading(self.house.engine).connect() as connection:
            return requests.read(connection, [self.session_id]).get(self.session_id)

    def asked_for(self) -> tuple[str, RepositoryConfig] | None:
        """The repository that whoever asked for the session named."""
        return _asked_for(self.request, self.house.configuration) if self.request else None

    def forget_session(self) -> None:
        """Have the row read again at next use, after it was changed."""
        self.__dict__.pop("session", None)

    @property
    def issue_id(self) -> int:
        """The issue that the session is about. Raises ``BadInput`` for a session that is about none."""
        if self.session.issue_id is None:
            raise BadInput(f"Session {self.session_id} is about no issue.")
        return self.session.issue_id

    def say(self, stage: str, line: str) -> None:
        """Append to the session's log. A stage that is run again after a crash says each line once."""
        count = self._lines.setdefault(stage, _Counter()).next(line)
        with self.house.engine.begin() as connection:
            store.append_log(connection, self.session_id, stage, line, count)

    def start_stage(self, stage: str) -> None:
        self._lines[stage] = _Counter()

    def repository(self) -> tuple[str, RepositoryConfig]:
        """The repository that was asked for, else that of the session's project. Raises ``NotConfigured`` naming the table
        to write."""
        if (asked := self.asked_for()) is not None:
            return asked
        project, configuration = self.session.project, self.house.configuration
        named = _project(configuration, project)
        name = named.repository if named else None
        if name is None and len(configuration.repositories) == 1 and not configuration.projects:
            name = next(iter(configuration.repositories))
        if name is None:
            raise NotConfigured(
                f"No repository is configured for project {project!r}.",
                remedy=f'Set repository in [projects."{project}"] of the configuration file.',
            )
        return name, configuration.repositories[name]

    def tree(self, checkout: Checkout) -> SourceTree:
        """The work tree of ``checkout``, made at first use."""
        return self._tree(checkout)

    def project(self, event: Event, checkout: Checkout) -> Project:
        """The project with its environment, which is cached on disk by what it is made of."""
        return self._project(event, checkout)

    def options(self) -> TriageOptions:
        _name, config = self.repository()
        until = "diagnose" if self.session.action in (Action.OBSERVE, Action.DIAGNOSE) else "fix"
        return TriageOptions(python=config.python, test_command=config.test, until=until, config=config)

    def _tree(self, checkout: Checkout) -> SourceTree:
        if not hasattr(self, "_kept_tree"):
            _name, config = self.repository()
            root = self._open.enter_context(Repository(config.url, self.house.settings.home).worktree(checkout.commit))
            self._kept_tree = SourceTree.open(
                root, source_roots=config.source_roots, path_prefixes=config.path_prefixes, commit=checkout.commit
            )
        return self._kept_tree

    def _project(self, event: Event, checkout: Checkout) -> Project:
        if not hasattr(self, "_kept_project"):
            settings = self.house.settings
            self._kept_project = prepare_project(
                event,
                self._tree(checkout),
                choose_sandbox(settings.paramedic_sandbox),
                settings.home,
                self.options(),
                self.say,
            )
        return self._kept_project


def _asked_for(request: Request, configuration: Configuration) -> tuple[str, RepositoryConfig] | None:
    """A folder, which only the command line can name; else the first of the configured repositories that the caller named."""
    if folder := request.options.get(FOLDER):
        return Path(folder).name, RepositoryConfig(url=folder)
    named = request.options.get("repos") or ()
    known = configuration.repositories.items()
    return next(((name, config) for wanted in named for name, config in known if wanted in (name, config.slug)), None)


def _project(configuration: Configuration, name: str | None) -> ProjectConfig | None:
    """By slug; else by number, Sentry's or ours, since hooks name a project by either."""
    if name is None or name in configuration.projects:
        return configuration.projects.get(name or "")
    numbered = (project for project in configuration.projects.values() if name in (project.sentry_id, str(project.id or "")))
    return next(numbered, None)
