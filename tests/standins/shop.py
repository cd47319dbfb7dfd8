"""A very small project with a crash in it, as a git repository, and the event that its crash sends."""

from __future__ import annotations

import subprocess
from pathlib import Path

FILES = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1.0.0"\nrequires-python = ">=3.10"\n',
    "shop/__init__.py": "",
    "shop/rows.py": '''"""Rows of the stock list; not every row has a note."""


def has_note(row: dict) -> bool:
    return row.get("note") is not None


def heading(row: dict) -> str:
    return row.get("note") or row["name"]


def note(row):
    return row["note"]
''',
    "tests/test_rows.py": """from shop.rows import has_note, heading, note


def test_a_row_with_a_note():
    assert note({"name": "tea", "note": "green"}) == "green"


def test_a_row_without_one():
    assert not has_note({"name": "tea"})
    assert heading({"name": "tea"}) == "tea"
""",
}


def make_repository(folder: Path) -> Path:
    """A bare repository with one commit on ``main``, tagged v1.0.0."""
    work = folder / "work"
    for path, text in FILES.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_text(text)
    bare = folder / "shop.git"
    git(folder, "init", "-q", "--bare", "-b", "main", str(bare))
    git(work, "init", "-q", "-b", "main")
    git(work, "add", ".")
    git(work, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-q", "-m", "A shop")
    git(work, "tag", "v1.0.0")
    git(work, "push", "-q", str(bare), "main", "v1.0.0")
    return bare


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def crash_event(event_id: str = "1" * 32, fingerprint: str | None = None) -> dict[str, object]:
    """What an SDK sends when ``note`` is called for a row without one."""
    lines = FILES["shop/rows.py"].splitlines()
    line = next(number for number, text in enumerate(lines, 1) if 'return row["note"]' in text)
    frame = {
        "filename": "shop/rows.py",
        "abs_path": "/srv/app/shop/rows.py",
        "module": "shop.rows",
        "function": "note",
        "lineno": line,
        "context_line": lines[line - 1],
        "pre_context": lines[line - 6 : line - 1],
        "post_context": lines[line:],
        "in_app": True,
        "vars": {"row": {"name": "'tea'"}},
    }
    event: dict[str, object] = {
        "event_id": event_id,
        "platform": "python",
        "level": "error",
        "release": "shop@1.0.0",
        "environment": "production",
        "exception": {"values": [{"type": "KeyError", "value": "'note'", "stacktrace": {"frames": [frame]}}]},
        "contexts": {"runtime": {"name": "CPython", "version": "3.11.2"}},
    }
    if fingerprint:
        event["fingerprint"] = [fingerprint]
    return event
