"""The vendors' own SDKs are the clients: what they report becomes an issue."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from intake.running import running_web
from paramedic.sessions.digest import digest
from paramedic.store import issues

PYTHON = """
import sys, sentry_sdk
sentry_sdk.init(sys.argv[1], release="desk@3", environment="staging", traces_sample_rate=1.0, auto_session_tracking=True)
sentry_sdk.set_user({"id": 12})
def owner(ticket):
    return ticket["owner"]
with sentry_sdk.start_transaction(name="close"):
    try:
        owner({})
    except KeyError:
        sentry_sdk.capture_exception()
sentry_sdk.capture_message("all quiet")
sentry_sdk.flush(10)
"""
NODE = """
const Sentry = require("@sentry/node");
Sentry.init({ dsn: process.argv[2], release: "desk@3", environment: "staging", tracesSampleRate: 1.0 });
function owner(ticket) { return ticket.owner.name; }
try { owner({}); } catch (error) { Sentry.captureException(error); }
Sentry.close(10000).then((ok) => process.exit(ok ? 0 : 1));
"""


def test_the_python_sdk(tmp_path: Path) -> None:
    with running_web(tmp_path / "home") as web:
        subprocess.run([sys.executable, "-c", PYTHON, web.dsn], check=True, timeout=60)
        while digest(web.engine):
            pass
        with web.engine.connect() as connection:
            found = {issue.title: issue for issue in issues.listed(connection)}
    crash = found["KeyError: 'owner'"]
    assert (crash.level, crash.environment, crash.last_release, crash.users) == ("error", "staging", "desk@3", 1)
    assert (
        crash.grouping["components"][-1] == 'frame __main__ | owner | return ticket["owner"]'
        or crash.grouping["method"] == "stack trace"
    )
    assert found["all quiet"].level == "info"


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which @sentry/node is installed by npm."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: apt-get install npm")
    folder = tmp_path_factory.mktemp("node")
    (folder / "package.json").write_text(json.dumps({"private": True}))
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "@sentry/node@10"]
    subprocess.run(command, cwd=folder, check=True, timeout=240)
    return folder


@pytest.mark.node
def test_the_node_sdk(tmp_path: Path, node_modules: Path) -> None:
    (node_modules / "crash.js").write_text(NODE)
    with running_web(tmp_path / "home") as web:
        subprocess.run(["node", "crash.js", web.dsn], cwd=node_modules, check=True, timeout=60)
        while digest(web.engine):
            pass
        with web.engine.connect() as connection:
            (issue,) = issues.listed(connection)
    assert issue.title == "TypeError: Cannot read properties of undefined (reading 'name')"
    assert (issue.platform, issue.last_release, issue.count) == ("node", "desk@3", 1)
