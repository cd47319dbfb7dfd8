"""The agent behind ``paramedic triage``: without a server and a database, and so without a memory beyond the process."""

from __future__ import annotations

from dataclasses import replace

from paramedic.agent import Case, investigate
from paramedic.integrations.models.client import open_models, open_summary_model
from paramedic.model.agent import Forgetful
from paramedic.model.errors import EnvironmentFailed, SandboxUnavailable
from paramedic.model.event import Event
from paramedic.model.repair import TriageResult
from paramedic.sandbox.choose import choose_sandbox
from paramedic.sandbox.project import ProjectRunner
from paramedic.sessions.agent import STAGE, UNFINISHED, limits_of, session_cap
from paramedic.sessions.agent_proof import Bench
from paramedic.sessions.agent_verdict import judged
from paramedic.sessions.pipeline import Progress, TriageOptions, prepare_project
from paramedic.settings import Settings, load_configuration
from paramedic.settings.place import configuration_path
from paramedic.source.tree import SourceTree


def go_on_alone(
    event: Event, tree: SourceTree, result: TriageResult, settings: Settings, options: TriageOptions, progress: Progress
) -> TriageResult:
    """The engine's result, or a better one, within the budget of one session. Raises ``NotConfigured``."""
    if result.verdict not in UNFINISHED:
        return result
    config = load_configuration(configuration_path(settings)).agent
    models, summariser = open_models(settings, config), open_summary_model(settings, config)

    def say(line: str) -> None:
        progress(STAGE, line)

    bench = _bench(event, tree, result, settings, options, progress)
    case = Case(tree, event, result, git=tree.root / ".git" if (tree.root / ".git").is_dir() else None, commit=tree.commit)
    case = replace(case, language=config.language, event_tokens=config.event_tokens, hide_addresses=config.hide_addresses)
    if bench:
        case = replace(case, runner=bench.runner, prove=bench.trial)
    found = investigate(case, models, Forgetful(session_cap(config)), limits_of(config), say, summariser=summariser)
    say(f"{found.stop.value}: {found.reason}")
    return judged(result, event, found, bench, tree, "")


def _bench(
    event: Event, tree: SourceTree, result: TriageResult, settings: Settings, options: TriageOptions, progress: Progress
) -> Bench | None:
    """None when nothing of the project can be run."""
    try:
        project = prepare_project(event, tree, choose_sandbox(settings.paramedic_sandbox), settings.home, options, progress)
    except (EnvironmentFailed, SandboxUnavailable) as error:
        progress(STAGE, f"Only reading is possible: {error}")
        return None
    return Bench(event, result, ProjectRunner(project), options.suite, lambda line: progress(STAGE, line))
