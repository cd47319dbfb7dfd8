"""A night on call: three services crash for hours, Paramedic looks into each crash, and some of its proposals are answered.

Everything is what it would be in earnest: the storefront runs under the real SDK, the other events are recorded crashes, the
diagnoses and proofs are the engine's own. Only the hours are made up: a night cannot be waited for.
"""

from __future__ import annotations

import importlib.util
import json
import random
import secrets
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
import sqlalchemy as sa
from tests.outcomes import deliveries
from tests.standins.forges import GitHubStandIn
from tests.standins.shop import git

from bench.served import Served, serving
from paramedic.cli.stage import EXAMPLE, Stage
from paramedic.store import events, knowledge, playbooks
from paramedic.store.engine import reading
from paramedic.store.service_users import HOME_ORGANISATION

CASES = Path(__file__).parent / "crashes" / "nofix"
MOST_SECONDS = 1800.0
REGIONS, AGENTS = ("eu-west", "eu-central", "us-east"), ("Firefox 152", "Chrome 156", "Safari 26")


@dataclass(frozen=True)
class Recorded:
    """A crash of ``bench/crashes/nofix`` that came so many ``times`` in the last ``hours``."""

    case: str
    release: str
    times: int
    hours: float

    @property
    def service(self) -> str:
        return self.case.partition("-")[0]


RECORDED = (
    Recorded("warehouse-carrier-502", "warehouse@2.3.1", 46, 3.0),
    Recorded("tickets-payment-refused", "tickets@5.0.0", 17, 1.5),
    Recorded("press-disk-full", "press@0.9.4", 9, 6.0),
)
SPREAD = ((38, 9.0), (112, 5.0), (23, 11.0), (64, 7.0), (12, 2.0))
"""Times and hours of the storefront's own crashes."""

CONFIGURATION = """
[[rules]]
name = "production errors"
more_than = 2
action = "pull_request"

[effects]
comment = "never"
"""
PROJECT = """
[repositories.{name}]
url = "{remote}"
forge = "{forge}"
slug = "acme/{name}"

[projects.{name}]
id = {number}
public_key = "{key}"
repository = "{name}"
"""
ADVICE = "The payment provider answers 503 between 02:00 and 02:10 UTC every night. Do not page for it; look whether it ended."


@dataclass(frozen=True)
class Night:
    served: Served
    github: GitHubStandIn
    keys: dict[str, str]
    """The key of each project's DSN."""

    def get(self, path: str) -> Any:
        answer = httpx2.get(self.served.url + path, timeout=30.0)
        answer.raise_for_status()
        return answer.json()

    def answer(self, key: str, verb: str, **body: str) -> None:
        httpx2.post(f"{self.served.url}/api/approvals/{key}/{verb}", json=body, timeout=30.0).raise_for_status()

    def waiting(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.get("/api/approvals")["approvals"] if one["kind"] == kind and one["state"] == "pending"]

    def until(self, done: Callable[[], object]) -> None:
        deadline = time.monotonic() + MOST_SECONDS
        while not done():
            if time.monotonic() > deadline:
                raise TimeoutError(f"The night never ended:\n{self.served.log[-3000:]}")
            time.sleep(0.3)

    def is_quiet(self) -> bool:
        """Whether each crash has its verdict, and nothing that was approved is still to be done."""
        sessions = self.get("/api/sessions")["sessions"]
        wanted = len(RECORDED) + len(SPREAD)
        return len(sessions) >= wanted and all(one["state"] not in ("queued", "running") for one in sessions)


@contextmanager
def a_night(folder: Path) -> Iterator[Night]:
    """Ends when every crash has its verdict; approvals wait, one pull request is open, one proposal was refused."""
    github = GitHubStandIn()
    with ExitStack() as stack:
        stack.enter_context(github.running())
        stage = Stage()
        stack.callback(stage.close)
        keys = {one.service: secrets.token_hex(16) for one in RECORDED} | {"storefront": stage.key}
        remote = stage.build_remote()
        (folder / "paramedic.toml").write_text(_configuration(folder, remote, keys))
        settings = {"GITHUB_TOKEN": github.token, "GITHUB_API_URL": github.url, "GITHUB_WEBHOOK_SECRET": deliveries.SECRET}
        night = Night(stack.enter_context(serving(folder, settings)), github, keys)
        _traffic().run(stage.start_service(night.served.url, remote), 4)
        for one in RECORDED:
            _send(night, one.service, _recorded(one), _hours(one.times, one.hours))
        night.until(night.is_quiet)
        _spread(night)
        _decide(night, remote)
        teach(night.served.engine)
        yield night


def _configuration(folder: Path, storefront: Path, keys: dict[str, str]) -> str:
    projects = [PROJECT.format(name="storefront", remote=storefront, forge="github", number=1, key=keys["storefront"])]
    for number, one in enumerate(RECORDED, 2):
        remote = _repository(folder, one)
        projects.append(PROJECT.format(name=one.service, remote=remote, forge="patch", number=number, key=keys[one.service]))
    return "".join(projects) + CONFIGURATION


def _repository(folder: Path, one: Recorded) -> Path:
    """The service as a bare repository with its release tagged."""
    work, remote = folder / "work" / one.service, folder / f"{one.service}.git"
    shutil.copytree(CASES / "services" / one.service, work)
    git(work, "init", "-q", "-b", "main")
    git(work, "add", ".")
    git(work, "-c", "user.name=Cho Lin", "-c", "user.email=cho@shop.example", "commit", "-q", "-m", f"Release {one.release}")
    git(work, "tag", f"v{one.release.partition('@')[2]}")
    git(folder, "clone", "-q", "--bare", str(work), str(remote))
    return remote


def _recorded(one: Recorded) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((CASES / one.case / "event.json").read_text())
    return {**event, "release": one.release, "environment": "production"}


def _spread(night: Night) -> None:
    """The storefront's crashes again, as they came in the hours before."""
    with reading(night.served.engine).connect() as connection:
        issues = [one["id"] for one in night.get("/api/issues")["issues"] if one["project"] == "storefront"]
        bodies = [json.loads(events.event_body(connection, issue) or b"{}") for issue in sorted(issues)]
    for event, (times, hours) in zip(bodies, SPREAD, strict=True):
        _send(night, "storefront", event, _hours(times, hours))


def _hours(times: int, hours: float) -> list[datetime]:
    """Moments that grow denser towards now."""
    dice = random.Random(times)
    return sorted(datetime.now(UTC) - timedelta(hours=hours * dice.random() ** 1.7, seconds=5) for _ in range(times))


def _send(night: Night, project: str, event: dict[str, Any], moments: list[datetime]) -> None:
    number = 1 if project == "storefront" else 2 + [one.service for one in RECORDED].index(project)
    headers = {"X-Sentry-Auth": f"Sentry sentry_version=7, sentry_key={night.keys[project]}, sentry_client=night/1"}
    for place, moment in enumerate(moments):
        event_id = uuid.uuid4().hex
        tags = {"region": REGIONS[place % 7 % 3], "browser": AGENTS[place % 5 % 3]}
        who = {"id": str(place * 7 % 23)}
        again = {**event, "event_id": event_id, "timestamp": moment.isoformat(), "user": who, "tags": tags}
        envelope = "\n".join(map(json.dumps, ({"event_id": event_id}, {"type": "event"}, again))) + "\n"
        answer = httpx2.post(f"{night.served.url}/api/{number}/envelope/", content=envelope, headers=headers, timeout=30.0)
        answer.raise_for_status()


def _decide(night: Night, remote: Path) -> None:
    """One fix goes all the way and is merged, one is refused, the others wait."""
    first, second = night.waiting("push")[-1], night.waiting("push")[0]
    night.answer(first["id"], "approve")
    asked = next(one for one in night.waiting("pull_request") if one["issue_id"] == first["issue_id"])
    night.answer(asked["id"], "approve")
    night.until(lambda: night.github.pulls)
    night.answer(second["id"], "reject", reason="The coupon should be refused when it is typed in, not when it is used.")
    _merge(night, remote, first["payload"]["branch"], first["issue_id"])


def _merge(night: Night, remote: Path, branch: str, issue: int) -> None:
    """By a person, at the forge, which tells of it by its webhook."""
    (pull,) = night.github.pulls
    tip = git(remote, "rev-parse", branch)
    git(remote, "update-ref", "refs/heads/main", tip)
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    pull |= {"state": "closed", "merged": True, "merged_at": now, "updated_at": now, "merge_commit_sha": tip}
    home = {"id": 1, "full_name": "acme/storefront"}
    sides = {"head": {"ref": branch, "repo": home}, "base": {"ref": "main", "repo": home}}
    told = deliveries.github_pull(
        "closed", 1, updated=now, html_url=pull["html_url"], merged_at=now, merge_commit_sha=tip, **sides
    )
    path, body, headers = deliveries.github({**told, "repository": home})
    httpx2.post(night.served.url + path, content=body, headers=headers, timeout=30.0).raise_for_status()
    night.until(lambda: "merged" in httpx2.get(f"{night.served.url}/issues/{issue}", timeout=30.0).text.lower())


def teach(engine: sa.Engine) -> None:
    """A fact to recall, and a second version of a playbook."""
    with engine.begin() as connection:
        note = knowledge.Draft("The provider's nightly window", "payment provider 503", ADVICE)
        knowledge.create(connection, HOME_ORGANISATION, note, "Cho Lin")
        triage = playbooks.read(connection, HOME_ORGANISATION, "!triage")
        longer = triage.body + "\n## Advice\n\n- Look first whether a release went out in the hour before.\n"
        playbooks.edit(connection, HOME_ORGANISATION, triage.id, playbooks.Draft(triage.title, longer, "!triage"), "Cho Lin")


def _traffic() -> ModuleType:
    """A module of the example, which is not on the path."""
    found = importlib.util.spec_from_file_location("storefront_traffic", EXAMPLE / "traffic.py")
    assert found and found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module
