"""What each tool answers, in each of its states."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.agent.shop import case_of, crash
from tests.standins.shop import git

from paramedic.agent.case import Facts
from paramedic.agent.tools import toolbox
from paramedic.agent.worktree import WorkTree
from paramedic.model.event import Breadcrumb
from paramedic.model.toolbox import ToolState
from paramedic.source.tree import SourceTree

NO_DATA, SUCCESS, ERROR = ToolState.NO_DATA, ToolState.SUCCESS, ToolState.ERROR


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> SourceTree:
    root = tmp_path_factory.mktemp("tools")
    (root / "prices.py").write_text("def rate(c):\n    return 1\n\n\ndef two():\n    return rate('x')\n")
    (root / "web").mkdir()
    (root / "web" / "shop.ts").write_text("export function rate(c: string) { return 1 }\nrate('x')\n")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-q", "-m", "Rates for all")
    return SourceTree.open(root)


CALLS = (
    ("list_files", "{}", SUCCESS, "web/shop.ts"),
    ("list_files", '{"folder": "web", "pattern": "*.py"}', NO_DATA, "No file matches"),
    ("read_file", '{"path": "prices.py", "first": 5, "last": 6}', SUCCESS, "    6      return rate('x')"),
    ("read_file", '{"path": "prices.py", "first": 99}', NO_DATA, "has 7 lines"),
    ("read_file", '{"path": "nope.py"}', ERROR, "is not a file"),
    ("search", '{"pattern": "rate("}', SUCCESS, "prices.py:1: def rate(c):"),
    ("search", '{"pattern": "r.te\\\\(", "regex": true, "paths": "web/*"}', SUCCESS, "web/shop.ts:2: rate('x')"),
    ("search", '{"pattern": "zebra"}', NO_DATA, "Nothing matches"),
    ("search", '{"pattern": "(", "regex": true}', ERROR, "not a regular expression"),
    ("definitions", '{"name": "rate"}', SUCCESS, "prices.py:1: rate\nweb/shop.ts:1: export function rate"),
    ("definitions", '{"name": "zebra"}', NO_DATA, "No definition"),
    ("references", '{"name": "rate"}', SUCCESS, "prices.py:6: in two\nweb/shop.ts:2: rate('x')"),
    ("definitions", '{"name": "a b"}', ERROR, "name:"),
    ("history", "{}", SUCCESS, "Ada: Rates for all"),
    ("history", '{"path": "nope.py"}', NO_DATA, "No commit touched it"),
    ("history", '{"path": "--all"}', NO_DATA, "No commit touched it"),
    ("blame", '{"path": "prices.py", "first": 1, "last": 2}', SUCCESS, "Ada"),
    ("blame", '{"path": "../prices.py", "first": 1, "last": 2}', ERROR, "not a path inside"),
    ("show_commit", '{"commit": "HEAD"}', ERROR, "is not a commit"),
    ("show_commit", '{"commit": "0000000"}', ERROR, "git show failed"),
    ("diff", "{}", NO_DATA, "changed nothing yet"),
    ("event", '{"part": "breadcrumbs"}', SUCCESS, "SELECT 1"),
    ("event", '{"part": "modules"}', NO_DATA, "nothing of that kind"),
    ("event", '{"part": "password"}', ERROR, "part:"),
    ("issue", "{}", SUCCESS, "9 events"),
    ("past_sessions", "{}", NO_DATA, "No session looked"),
    ("run", '{"command": "ls"}', ERROR, "can be run here"),
    ("run_tests", '{"nodes": []}', ERROR, "can be run here"),
    ("prove", "{}", ERROR, "changed no source yet"),
    ("prove", "not json", ERROR, "The arguments are not right"),
)


@pytest.mark.parametrize(("name", "arguments", "state", "says"), CALLS, ids=str)
def test_a_tool_answers_in_its_states(repository: SourceTree, name: str, arguments: str, state: ToolState, says: str) -> None:
    case = case_of(repository, event=replace(crash(), breadcrumbs=(Breadcrumb(message="SELECT 1"),)))
    case = replace(case, git=repository.root / ".git", commit=repository.commit, facts=Facts(counts=("9 events",)))
    result = toolbox(case, WorkTree(repository)).call(name, arguments)
    assert (result.state, says in result.text) == (state, True), result


def test_changes_are_read_back_and_leave_the_checkout_alone(repository: SourceTree) -> None:
    work = WorkTree(repository)
    tools = toolbox(case_of(repository), work)
    before = (repository.root / "prices.py").read_text()
    assert tools.call("replace", '{"path": "prices.py", "old": "return 1", "new": "return 2"}').state is SUCCESS
    assert tools.call("create", '{"path": "web/new.ts", "text": "x\\n"}').state is SUCCESS
    assert "return 2" in tools.call("read_file", '{"path": "prices.py"}').text
    assert "+    return 2" in tools.call("diff", "{}").text
    assert "web/new.ts" in tools.call("list_files", "{}").text
    assert (repository.root / "prices.py").read_text() == before
    assert not Path(repository.root, "web", "new.ts").exists()
