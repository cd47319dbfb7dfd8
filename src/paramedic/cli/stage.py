"""The stage of the demo: a bare git remote, Paramedic on loopback, and the example service under the real SDK."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2

from paramedic.model.errors import BadInput, ParamedicError
from paramedic.sandbox.environment import find_uv

EXAMPLE = Path(__file__).parents[3] / "examples" / "storefront"
RELEASE = "v1.4.0"
START_SECONDS = 180.0

CONFIGURATION = """\
[repositories.storefront]
url = "{remote}"
forge = "git"

[projects.storefront]
id = 1
public_key = "{key}"
repository = "storefront"

[[rules]]
name = "demo"
more_than = 2
action = "pull_request"

[effects]
push = "auto"
comment = "never"
"""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything is: base URLs without a trailing slash."""

    paramedic: str
    service: str
    remote: Path


class Stage:
    """Sets up and tears down; everything lives in one temporary folder and on loopback."""

    def __init__(self) -> None:
        if not EXAMPLE.is_dir():
            raise BadInput("The example service is not here.", remedy="Run the demo from a checkout of the repository.")
        self._open = ExitStack()
        self.home = Path(tempfile.mkdtemp(prefix="paramedic-demo-"))
        self._open.callback(shutil.rmtree, self.home, ignore_errors=True)
        self.key = secrets.token_hex(16)

    def close(self) -> None:
        self._open.close()

    def build_remote(self) -> Path:
        """A bare repository with the service's history."""
        remote = self.home / "storefront.git"
        _checked([sys.executable, str(EXAMPLE / "build_history.py"), str(remote)], "build the example's history")
        return remote

    def start_paramedic(self, remote: Path) -> str:
        port = _free_port()
        (self.home / "paramedic.toml").write_text(CONFIGURATION.format(remote=remote, key=self.key), encoding="utf-8")
        environment = _environment() | {
            "PARAMEDIC_HOME": str(self.home),
            "PARAMEDIC_PORT": str(port),
            "PARAMEDIC_HOST": "127.0.0.1",
            "PARAMEDIC_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        self._start([sys.executable, "-m", "paramedic", "serve"], environment, "paramedic.log")
        address = f"http://127.0.0.1:{port}"
        _await(address + "/health", self.home / "paramedic.log")
        return address

    def start_service(self, paramedic: str, remote: Path) -> str:
        """The service in an environment of its own, reporting to our DSN."""
        checkout, environment, port = self.home / "service", self.home / "service-env", _free_port()
        uv = str(find_uv(None))
        _checked(["git", "clone", "--quiet", "--branch", RELEASE, str(remote), str(checkout)], "check out the service")
        _checked([uv, "venv", "--quiet", "--python", sys.executable, str(environment)], "make the service's environment")
        python = str(environment / "bin" / "python")
        _checked([uv, "pip", "install", "--quiet", "--python", python, "flask", "sentry-sdk"], "install the service")
        dsn = f"{paramedic.replace('://', f'://{self.key}@')}/1"
        variables = _environment() | {"SENTRY_DSN": dsn, "STOREFRONT_RELEASE": RELEASE}
        command = [python, "-m", "flask", "--app", "storefront.app", "run", "--port", str(port)]
        self._start(command, variables, "service.log", folder=checkout)
        address = f"http://127.0.0.1:{port}"
        _await(address + "/stock/MUG-01", self.home / "service.log")
        return address

    def _start(self, command: list[str], environment: dict[str, str], log: str, folder: Path | None = None) -> None:
        output = self._open.enter_context((self.home / log).open("wb"))
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        self._open.callback(_end, process)


def branches(remote: Path) -> dict[str, str]:
    """Branches of a bare repository with their commits."""
    answer = _checked(
        ["git", "--git-dir", str(remote), "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads"], "list"
    )
    return dict(line.split(" ", 1) for line in answer.splitlines())


def _environment() -> dict[str, str]:
    """Ours without what would point the demo at a real system."""
    ours = ("PARAMEDIC_", "SENTRY_", "GITHUB_", "GITLAB_", "GITEA_", "DATABASE_URL", "WEBHOOK_SECRET", "APP_ENV", "TEST_MODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(url: str, log: Path) -> None:
    """Until the server answers. Raises with the end of its log when it does not."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx2.get(url, timeout=2.0).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    tail = log.read_text(encoding="utf-8", errors="replace")[-1500:]
    raise ParamedicError(f"{url} did not answer within {START_SECONDS:.0f} s. Its log ends with:\n{tail}")


def _checked(command: list[str], purpose: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, env=_environment(), timeout=300, check=False)
    if done.returncode:
        raise ParamedicError(f"Could not {purpose}: {done.stderr.strip()[-800:]}")
    return done.stdout


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
