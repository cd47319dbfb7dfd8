"""Real MCP servers, installed by npm once for each machine."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

PACKAGES = {"@modelcontextprotocol/server-everything": "2026.8.31", "@sentry/mcp-server": "0.36.0"}


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Where the packages are. The folder is named after what is in it, and is there only when it is whole."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: apt-get install npm")
    wanted = json.dumps({"private": True, "dependencies": PACKAGES})
    cached = Path(tempfile.gettempdir()) / f"paramedic-mcp-servers-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}"
    if not cached.is_dir():
        fresh = Path(tempfile.mkdtemp(prefix="paramedic-mcp-servers-"))
        (fresh / "package.json").write_text(wanted)
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(command, cwd=fresh, check=True, timeout=240)
        try:
            fresh.rename(cached)
        except OSError:
            shutil.rmtree(fresh)  # Another run was quicker.
    return cached / "node_modules"
