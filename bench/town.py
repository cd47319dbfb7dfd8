"""A project with many crashes, and the outside world around it: a bare git remote, a forge and a Sentry on loopback."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

from tests.standins.forges import GitHubStandIn
from tests.standins.sentry import SentryStandIn
from tests.standins.shop import git

SECRET = "chaos-secret"
PUBLIC_KEY = "0123456789abcdef0123456789abcdef"
FIRST_ISSUE = 5000

_MODULE = '''"""Shelf {number}: not every row has a note."""


def has_note_{number}(row: dict) -> bool:
    return row.get("note") is not None


def heading_{number}(row: dict) -> str:
    return row.get("note") or row["name"]


def note_{number}(row):
    return row["note"]
'''
_TEST = """from shop.shelf_0 import has_note_0, heading_0, note_0


def test_a_row_with_a_note():
    assert note_0({"name": "tea", "note": "green"}) == "green"


def test_a_row_without_one():
    assert not has_note_0({"name": "tea"})
    assert heading_0({"name": "tea"}) == "tea"
"""
_CONFIGURATION = """
[repositories.shop]
url = "{url}"
forge = "github"
slug = "acme/shop"

[projects.shop]
repository = "shop"
id = 1
public_key = "{key}"

[[rules]]
name = "all"
more_than = 0

[effects]
push = "auto"
pull_request = "auto"
comment = "auto"
"""


class Town:
    """One crash per number: ``shop/shelf_N.py`` fails in ``note_N``."""

    def __init__(self, folder: Path, crashes: int) -> None:
        self.folder, self.crashes = folder, crashes
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.remote = folder / "shop.git"
        self.github, self.sentry = GitHubStandIn(), SentryStandIn()
        self._make_repository()
        (self.home / "paramedic.toml").write_text(_CONFIGURATION.format(url=self.remote, key=PUBLIC_KEY))

    def environment(self, port: int, database_url: str | None) -> dict[str, str]:
        chosen = {
            "PARAMEDIC_HOME": str(self.home),
            "PARAMEDIC_PORT": str(port),
            "SENTRY_CLIENT_SECRET": SECRET,
            "SENTRY_AUTH_TOKEN": self.sentry.token,
            "SENTRY_ORG_SLUG": "acme",
            "SENTRY_SELF_HOSTED_URL": self.sentry.url,
            "GITHUB_TOKEN": self.github.token,
            "GITHUB_API_URL": self.github.url,
        }
        return chosen | ({"DATABASE_URL": database_url} if database_url else {})

    def branches(self) -> list[str]:
        return git(self.remote, "for-each-ref", "--format=%(refname:short)", "refs/heads/paramedic").split()

    def event(self, number: int, event_id: str) -> dict[str, object]:
        crash = {"type": "KeyError", "value": "'note'", "stacktrace": self.stack(number)}
        return {
            "event_id": event_id,
            "platform": "python",
            "level": "error",
            "release": "shop@1.0.0",
            "environment": "production",
            "fingerprint": [f"shelf-{number}"],
            "exception": {"values": [crash]},
        }

    def stack(self, number: int) -> dict[str, object]:
        lines = _MODULE.format(number=number).splitlines()
        line = len(lines)
        frame = {
            "filename": f"shop/shelf_{number}.py",
            "abs_path": f"/srv/app/shop/shelf_{number}.py",
            "module": f"shop.shelf_{number}",
            "function": f"note_{number}",
            "lineno": line,
            "context_line": lines[line - 1],
            "pre_context": lines[line - 3 : line - 1],
            "in_app": True,
            "vars": {"row": {"name": "'tea'"}},
        }
        return {"frames": [frame]}

    def by_hook(self, number: int, event_id: str) -> tuple[str, bytes, dict[str, str]]:
        """Path, body and headers of a signed issue alert."""
        event = {**self.event(number, event_id), "issue_id": str(FIRST_ISSUE + number), "project_slug": "shop"}
        body = json.dumps({"action": "triggered", "installation": {"uuid": "u"}, "data": {"event": event}}).encode()
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"Sentry-Hook-Resource": "event_alert", "Sentry-Hook-Signature": signature, "Content-Type": "application/json"}
        return "/webhook/sentry", body, headers

    def by_sdk(self, number: int, event_id: str) -> tuple[str, bytes, dict[str, str]]:
        """Path, body and headers of an envelope."""
        event = json.dumps(self.event(number, event_id))
        envelope = "\n".join([json.dumps({"event_id": event_id}), json.dumps({"type": "event"}), event]) + "\n"
        headers = {"X-Sentry-Auth": f"Sentry sentry_version=7, sentry_key={PUBLIC_KEY}, sentry_client=chaos/1"}
        return "/api/1/envelope/", envelope.encode(), headers

    def _make_repository(self) -> None:
        work = self.folder / "work"
        (work / "shop").mkdir(parents=True)
        (work / "tests").mkdir()
        (work / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1.0.0"\n')
        (work / "shop" / "__init__.py").write_text("")
        for number in range(self.crashes):
            (work / "shop" / f"shelf_{number}.py").write_text(_MODULE.format(number=number))
        (work / "tests" / "test_shelf.py").write_text(_TEST)
        git(self.folder, "init", "-q", "--bare", "-b", "main", str(self.remote))
        git(work, "init", "-q", "-b", "main")
        git(work, "add", ".")
        git(work, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-q", "-m", "A shop")
        git(work, "tag", "v1.0.0")
        git(work, "push", "-q", str(self.remote), "main", "v1.0.0")
