"""Make a git repository of the storefront: the commits that led here, a tag for each release, always the same ids.

Usage: build_history.py TARGET   (a folder that does not exist; it becomes a bare repository)
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ANNA, BEN, CHO = "Anna Berg <anna@shop.example>", "Ben Okoye <ben@shop.example>", "Cho Lin <cho@shop.example>"

COMMITS = (
    (
        ANNA,
        "2026-01-12T09:00:00Z",
        "Start with a catalogue and quotes",
        "v1.0.0",
        (
            "pyproject.toml",
            "README.md",
            "storefront/__init__.py",
            "storefront/errors.py",
            "storefront/catalog.py",
            "storefront/pricing.py",
            "storefront/routes/__init__.py",
            "storefront/routes/checkout.py",
            "storefront/app.py",
            "tests/test_pricing.py",
            "tests/test_app.py",
        ),
    ),
    (
        BEN,
        "2026-02-03T10:30:00Z",
        "Count what lies in the warehouse",
        "v1.1.0",
        (
            "storefront/stock.py",
            "storefront/routes/stock.py",
            "tests/test_stock.py",
        ),
    ),
    (
        CHO,
        "2026-02-20T14:10:00Z",
        "Take price lists of suppliers",
        "v1.2.0",
        (
            "storefront/imports.py",
            "storefront/routes/imports.py",
            "tests/test_imports.py",
        ),
    ),
    (
        BEN,
        "2026-03-02T16:45:00Z",
        "Figures for the owner",
        "v1.3.0",
        (
            "storefront/reports.py",
            "storefront/routes/reports.py",
            "tests/test_reports.py",
        ),
    ),
    (
        ANNA,
        "2026-03-19T11:20:00Z",
        "Charge cards through the provider",
        "v1.4.0",
        (
            "storefront/payments.py",
            "storefront/routes/payments.py",
        ),
    ),
)


def build(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        _git(work, "init", "--quiet", "--initial-branch=main")
        for author, date, message, tag, files in COMMITS:
            for name in files:
                (work / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(HERE / name, work / name)
            _git(work, "add", "--all")
            _git(work, "commit", "--quiet", f"--author={author}", f"--message={message}", date=date)
            _git(work, "tag", tag)
        _git(work, "clone", "--quiet", "--bare", str(work), str(target.resolve()))


def _git(folder: Path, *arguments: str, date: str = "2026-01-12T09:00:00Z") -> None:
    names = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date, "GIT_COMMITTER_NAME": "Anna Berg"}
    clean = {"GIT_COMMITTER_EMAIL": "anna@shop.example", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=folder, check=True, env=os.environ | names | clean)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
