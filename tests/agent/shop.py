"""A shop whose crash the engine alone does not mend, and the parts that a session's agent is made of."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.standins.models import Provider

from paramedic.agent import Case, investigate
from paramedic.diagnosis import diagnose
from paramedic.integrations.models.client import ModelClient, open_models
from paramedic.model.agent import Cost, Forgetful, Investigation, Journal, Limits
from paramedic.model.event import Event, ExceptionValue, Frame
from paramedic.model.repair import TriageResult, Verdict
from paramedic.sandbox.choose import choose_sandbox
from paramedic.sandbox.environment import prepare_environment
from paramedic.sandbox.project import Project, ProjectRunner
from paramedic.sessions.agent_proof import Bench
from paramedic.settings import Settings
from paramedic.settings.file import AgentConfig
from paramedic.source.tree import SourceTree

PRICES = {"openai:tester": {"input": "1", "output": "10"}, "anthropic:tester": {"input": "1", "output": "10"}}
CONFIG = AgentConfig.model_validate({"prices": PRICES})
ENOUGH = Cost(10_000_000, 100_000_000)

SOURCE = '''"""Prices of a shop."""

RATES = {"de": 19, "fr": 20}


def rate(country):
    return RATES[country]


def gross(net, country):
    return net + net * rate(country) // 100


def label(net, country):
    """What stands on the shelf; countries without a rate of their own are sold to without tax."""
    return f"{gross(net, country)} EUR"
'''
TESTS = """from prices import gross, label


def test_gross():
    assert gross(100, "de") == 119


def test_label():
    assert label(200, "fr") == "240 EUR"
"""
REGRESSION = """from prices import label


def test_a_country_without_a_rate():
    assert label(100, "ch") == "100 EUR"
"""
RIGHT = {"path": "prices.py", "old": "    return RATES[country]", "new": "    return RATES.get(country, 0)"}
NODE = "tests/test_country.py::test_a_country_without_a_rate"


def make_shop(root: Path) -> SourceTree:
    (root / "prices.py").write_text(SOURCE)
    (root / "tests").mkdir()
    (root / "tests" / "test_prices.py").write_text(TESTS)
    return SourceTree.open(root)


def crash(**more: object) -> Event:
    lines = SOURCE.splitlines()
    frames = tuple(
        Frame(
            function,
            "prices",
            "prices.py",
            "/srv/prices.py",
            line,
            context_line=lines[line - 1],
            in_app=True,
            variables=variables,
        )
        for function, line, variables in (
            ("label", 16, {"net": "100", "country": "'ch'"}),
            ("gross", 11, {"net": "100", "country": "'ch'"}),
            ("rate", 7, {"country": "'ch'"}),
        )
    )
    event = Event(
        "1" * 32, title="KeyError: 'ch'", platform="python", exceptions=(ExceptionValue("KeyError", "'ch'", frames=frames),)
    )
    return replace(event, **more)


def make_runner(tree: SourceTree, home: Path) -> ProjectRunner:
    version = "{}.{}".format(*sys.version_info[:2])
    environment = prepare_environment(tree, home=home, event=None, config=None, python=version, progress=lambda _line: None)
    return ProjectRunner(Project(tree=tree, environment=environment, sandbox=choose_sandbox("auto"), test_command=None))


def case_of(tree: SourceTree, runner: ProjectRunner | None = None, event: Event | None = None, **more: object) -> Case:
    """A case as a session makes it, after an engine that only diagnosed."""
    event = event or crash()
    found = TriageResult(Verdict.DIAGNOSED, "The engine found no fix.", diagnose(event, tree))
    case = Case(tree, event, found, **more)
    if runner is None:
        return case
    bench = Bench(event, found, runner, True, lambda _line: None)
    return replace(case, runner=runner, prove=bench.trial)


def models_for(
    provider: Provider, protocol: str = "openai", config: AgentConfig = CONFIG, **more: object
) -> tuple[ModelClient, ...]:
    base = f"{provider.url}/v1" if protocol == "openai" else provider.url
    values = {"paramedic_model": f"{protocol}:tester", "paramedic_model_base_url": base, "paramedic_model_api_key": "k", **more}
    return open_models(Settings(**values), config)


def run(
    case: Case,
    provider: Provider,
    *,
    protocol: str = "openai",
    journal: Journal | None = None,
    limits: Limits | None = None,
    wait: Callable[[float], None] = lambda _seconds: None,
    lines: list[str] | None = None,
    **settings: object,
) -> Investigation:
    said = lines if lines is not None else []
    models = models_for(provider, protocol, **settings)
    return investigate(case, models, journal or Forgetful(ENOUGH), limits or Limits(), said.append, wait)
