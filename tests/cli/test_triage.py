"""``paramedic triage`` as a user runs it: exit codes, messages, and one JSON object on standard output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = '''"""Tickets."""


def owner_of(ticket):
    """The owner's name, or None while nobody has taken the ticket."""
    return ticket.get("owner")


def initials(ticket):
    owner = owner_of(ticket)
    if owner is None:
        return ""
    return owner[:2]


def greeting(ticket):
    owner = owner_of(ticket)
    if owner is None:
        return ""
    return owner.title()


def signature(ticket):
    owner = owner_of(ticket)
    return owner.upper()
'''
TESTS = """from desk.tickets import initials, signature


def test_initials_of_nobody():
    assert initials({}) == ""


def test_signature():
    assert signature({"owner": "ann"}) == "ANN"
"""
EVENT = {
    "event_id": "a" * 32,
    "platform": "python",
    "contexts": {"runtime": {"name": "CPython", "version": "{}.{}.{}".format(*sys.version_info[:3])}},
    "exception": {
        "values": [
            {
                "type": "AttributeError",
                "value": "'NoneType' object has no attribute 'upper'",
                "stacktrace": {
                    "frames": [
                        {
                            "function": "signature",
                            "module": "desk.tickets",
                            "filename": "desk/tickets.py",
                            "abs_path": "/srv/desk/tickets.py",
                            "lineno": 25,
                            "in_app": True,
                            "context_line": "    return owner.upper()",
                            "vars": {"ticket": {"title": "'printer'"}, "owner": "None"},
                        }
                    ]
                },
            }
        ]
    },
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "desk"
    for name, text in {
        "desk/__init__.py": "",
        "desk/tickets.py": SOURCE,
        "tests/test_tickets.py": TESTS,
        "pyproject.toml": '[project]\nname = "desk"\nversion = "1.0"\n[build-system]\nrequires = ["setuptools"]\n'
        'build-backend = "setuptools.build_meta"\n[tool.setuptools]\npackages = ["desk"]\n',
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "-c", "user.name=Ann", "-c", "user.email=ann@desk.example", "commit", "-q", "-m", "Start")
    return root


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def paramedic(home: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PARAMEDIC_", "SENTRY_"))}
    environment["PARAMEDIC_HOME"] = str(home)
    command = [sys.executable, "-m", "paramedic", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, env=environment, timeout=240, check=False)


@pytest.mark.sandbox
def test_a_crash_becomes_a_proven_fix_on_a_branch(home: Path, repository: Path, tmp_path: Path) -> None:
    patch = tmp_path / "fix.patch"
    options = ("--repo", str(repository), "--json", "--branch", "fix/owner", "--patch", str(patch))
    done = paramedic(home, "triage", "-", *options, stdin=json.dumps(EVENT))
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["verdict"] == "proven_fix", answer["reason"]
    assert answer["diagnosis"]["location"] == {"file": "desk/tickets.py", "line": 25, "function": "signature"}
    assert answer["proof"]["reproduction_before"]["exit_code"] != 0
    assert answer["proof"]["reproduction_after"]["exit_code"] == 0
    assert answer["proof"]["suite_after"]["failed"] == 0
    changed = git(repository, "diff", "--name-only", "main", "fix/owner").split()
    assert changed == sorted(["desk/tickets.py", answer["reproduction"]["path"]])
    assert git(repository, "status", "--porcelain") == ""
    title, _empty, cause, *_rest = git(repository, "log", "-1", "--format=%B", "fix/owner").splitlines()
    assert (title, cause) == ("Fix AttributeError in signature", answer["diagnosis"]["summary"])
    git(repository, "apply", "--check", str(patch))
    assert set(answer) >= {"verdict", "reason", "diagnosis", "reproduction", "fix", "proof", "alternatives", "seconds"}


@pytest.mark.sandbox
def test_apply_writes_fix_and_test_into_the_folder(home: Path, repository: Path, tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text(json.dumps(EVENT))
    done = paramedic(home, "triage", str(tmp_path / "event.json"), "--repo", str(repository), "--apply")
    assert "PROVEN FIX" in done.stdout
    assert len(git(repository, "status", "--porcelain").splitlines()) == 2


@pytest.mark.sandbox
def test_a_crash_that_is_only_reproduced_hands_over_its_test(home: Path, repository: Path) -> None:
    module = repository / "desk/tickets.py"
    # Without the functions that show what to do for nobody there is no precedent, and the crash is on the same line.
    module.write_text(SOURCE.replace('    if owner is None:\n        return ""\n', "    # anybody\n    #\n"))
    (repository / "tests/test_tickets.py").write_text("def test_nothing():\n    assert True\n")
    done = paramedic(home, "triage", "-", "--repo", str(repository), "--apply", stdin=json.dumps(EVENT))
    assert "--expected-failure" in done.stderr, done.stdout
    done = paramedic(home, "triage", "-", "--repo", str(repository), "--expected-failure", "--apply", stdin=json.dumps(EVENT))
    assert "REPRODUCED ONLY" in done.stdout
    (written,) = git(repository, "ls-files", "--others", "--exclude-standard").split()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", written]
    pending = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert (pending.returncode, "1 xfailed" in pending.stdout) == (0, True), pending.stdout
    module.write_text(module.read_text().replace("owner.upper()", 'str(owner or "").upper()'))
    mended = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert (mended.returncode, "XPASS(strict)" in mended.stdout) == (1, True), mended.stdout


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("{", "standard input is not valid JSON: Expecting property name"),
        ("[1]", "standard input holds list, not an event object"),
        ("\udce9", "is not UTF-8"),
    ],
)
def test_an_unreadable_event_is_bad_input(home: Path, tmp_path: Path, event: str, said: str) -> None:
    environment = os.environ | {"PARAMEDIC_HOME": str(home)}
    command = [sys.executable, "-m", "paramedic", "triage", "-", "--repo", str(tmp_path)]
    body = event.encode("utf-8", "surrogateescape")
    done = subprocess.run(command, input=body, capture_output=True, env=environment, timeout=60, check=False)
    assert done.returncode == 2
    assert said in done.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("absent.json",), "neither a file, nor a Sentry URL, nor an issue id"),
        (("-", "--repo", "/nowhere"), "--repo /nowhere is not a folder"),
        (("987654",), "There is no issue 987654"),
        (("https://example.com/what",), "is not the address of an issue or event"),
        (("https://acme.sentry.io/issues/1/",), "SENTRY_AUTH_TOKEN"),
    ],
)
def test_bad_input_is_named_with_what_to_do(home: Path, arguments: tuple[str, ...], said: str) -> None:
    done = paramedic(home, "triage", *arguments, stdin=json.dumps(EVENT))
    assert done.returncode == 2, done.stderr
    assert said in done.stderr


def test_a_crash_of_another_program_is_not_found_and_says_what_to_configure(home: Path, repository: Path) -> None:
    foreign = json.loads(json.dumps(EVENT).replace("desk", "other").replace("tickets", "things"))
    done = paramedic(home, "triage", "-", "--repo", str(repository), "--json", stdin=json.dumps(foreign))
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["verdict"]) == (0, "not_found")
    assert "path_prefixes" in answer["reason"]


def test_a_missing_commit_is_named(home: Path, repository: Path) -> None:
    done = paramedic(home, "triage", "-", "--repo", str(repository), "--ref", "v9.9", stdin=json.dumps(EVENT))
    assert done.returncode == 2
    assert "has no branch, tag or commit 'v9.9'" in done.stderr


def test_event_text_cannot_drive_the_terminal(home: Path, repository: Path) -> None:
    event = json.loads(json.dumps(EVENT))
    event["exception"]["values"][0]["value"] = "\x1b[2J\x1b]0;owned\x07 [red]boom[/red] \u202egnp"
    event["exception"]["values"][0]["stacktrace"]["frames"][0]["vars"]["ticket"] = "\x1b[31m'x'"
    done = paramedic(home, "triage", "-", "--repo", str(repository), stdin=json.dumps(event))
    assert done.returncode == 0
    assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout + done.stderr)
    assert "[red]boom[/red]" in done.stdout


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "desk/../../../etc/hostname"])
def test_a_frame_cannot_lead_outside_the_repository(home: Path, repository: Path, name: str) -> None:
    event = json.loads(json.dumps(EVENT))
    frame = event["exception"]["values"][0]["stacktrace"]["frames"][0]
    frame.update(filename=name, abs_path=name, module=None, function=None, context_line=None, lineno=1)
    answer = json.loads(paramedic(home, "triage", "-", "--repo", str(repository), "--json", stdin=json.dumps(event)).stdout)
    assert answer["verdict"] == "not_found"


def test_without_a_sandbox_nothing_is_run(home: Path, repository: Path) -> None:
    environment = os.environ | {
        "PARAMEDIC_HOME": str(home),
        "PARAMEDIC_SANDBOX": "podman",
        "PATH": str(Path(sys.executable).parent),
    }
    command = [sys.executable, "-m", "paramedic", "triage", "-", "--repo", str(repository), "--json"]
    done = subprocess.run(
        command, input=json.dumps(EVENT), capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    answer = json.loads(done.stdout)
    assert answer["verdict"] == "diagnosed"
    assert "PARAMEDIC_SANDBOX" in answer["reason"]


def test_help_lists_every_command(home: Path) -> None:
    text = paramedic(home, "--help").stdout
    for command in ("serve", "worker", "demo", "triage", "replay", "sessions", "approve", "doctor"):
        assert command in text
