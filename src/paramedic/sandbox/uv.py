"""uv as the installer: always in a sandbox with network, with nothing of ours in reach but its own cache.

Two ways, by how far the input is trusted:

- ``Uv(...)``: wheels only. Installing a wheel runs nothing of it, so the shared cache may be used, and files are hard links
  into it: a second project with the same dependencies is ready in a second.
- ``Uv(..., private=folder)``: building from source allowed. That runs strangers' ``setup.py``, so it gets a cache of its own
  and never sees the shared one, where it could change what other projects install.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from paramedic.model.errors import EnvironmentFailed
from paramedic.model.execution import Command, Limits, Mount, Outcome
from paramedic.sandbox.choose import choose_sandbox
from paramedic.sandbox.interpreters import Interpreter

LIMITS = Limits(wall_seconds=600, cpu_seconds=600, memory_mib=8192, file_mib=2048, processes=512, output_bytes=200_000)
_INSIDE = "/paramedic/uv"
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_OURS = (
    "UV_CACHE_DIR",
    "UV_PYTHON",
    "UV_PROJECT",
    "UV_PROJECT_ENVIRONMENT",
    "UV_SYSTEM_PYTHON",
    "UV_CONFIG_FILE",
    "UV_WORKING_DIR",
)


def find_uv(configured: Path | None = None) -> Path:
    """The uv binary: ``PARAMEDIC_UV``, else the one installed with us, else on PATH. Raises ``EnvironmentFailed``."""
    if configured is not None:
        if os.access(configured.expanduser(), os.X_OK):
            return configured.expanduser().resolve()
        raise EnvironmentFailed(f"PARAMEDIC_UV={configured} is not a program.", remedy="Correct it, or remove it.")
    return _default_uv()


@lru_cache(maxsize=1)
def _default_uv() -> Path:
    import uv

    try:
        return Path(uv.find_uv_bin())
    except FileNotFoundError as error:
        found = shutil.which("uv")
        if found is None:
            raise EnvironmentFailed("uv is not installed.", remedy="Install it: pip install uv.") from error
        return Path(found).resolve()


@dataclass(frozen=True, slots=True)
class Uv:
    """One way of running uv. ``private`` is the folder of a cache that nobody else uses, None for the shared one."""

    binary: Path
    private: Path | None = None

    def run(self, *arguments: str, interpreter: Interpreter, writable: Sequence[Path], readable: Sequence[Path] = ()) -> Outcome:
        """Run uv. ``writable`` and ``readable`` folders are mounted where they are; the former may lie in the latter."""
        cache = self.private or _shared_cache()
        cache.mkdir(parents=True, exist_ok=True)
        mounts = [
            *(Mount(folder, str(folder)) for folder in readable),
            Mount(self.binary, _INSIDE),
            Mount(cache, str(cache), writable=True),
            *interpreter_mounts(interpreter),
            *_configuration_mounts(),
            *(Mount(folder, str(folder), writable=True) for folder in writable),
        ]
        command = Command(
            argv=(_INSIDE, *arguments),
            directory="/tmp",  # noqa: S108 (inside the sandbox)
            mounts=tuple(mounts),
            environment=self.environment(cache),
            limits=LIMITS,
        )
        return choose_sandbox("auto", network=True).run(command)

    def environment(self, cache: Path) -> dict[str, str]:
        """The operator's uv settings (index, mirrors), certificates and proxies; no other variable of ours."""
        passed = {name: value for name, value in os.environ.items() if name.startswith("UV_") and name not in _OURS}
        passed |= {name: os.environ[name] for name in (*_CERTIFICATES, *_PROXIES) if name in os.environ}
        return passed | {
            "UV_CACHE_DIR": str(cache),
            "UV_NO_PROGRESS": "1",
            "UV_PYTHON_DOWNLOADS": "never",
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
        }


def interpreter_mounts(interpreter: Interpreter) -> Iterator[Mount]:
    if not interpreter.base_prefix.is_relative_to("/usr"):
        yield Mount(interpreter.base_prefix, str(interpreter.base_prefix))


def _shared_cache() -> Path:
    default = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "uv"
    return Path(os.environ.get("UV_CACHE_DIR", default)).expanduser().absolute()


def _configuration_mounts() -> Iterator[Mount]:
    """The operator's own uv.toml (private index, mirrors), and certificates that lie in odd places."""
    home = Path.home()
    own = Path(os.environ.get("XDG_CONFIG_HOME", home / ".config")) / "uv" / "uv.toml"
    if own.is_file():
        yield Mount(own, "/home/user/.config/uv/uv.toml")
    for name in _CERTIFICATES:
        path = Path(os.environ.get(name, "/nonexistent"))
        if path.exists() and not path.is_relative_to("/etc/ssl/certs") and not path.is_relative_to("/usr"):
            yield Mount(path, str(path))


def failure(done: Outcome) -> str:
    """What uv said, in a line."""
    lines = [line.strip(" │├╰─▶×") for line in done.stderr.splitlines() if line.strip(" │├╰─▶×")]
    return " ".join(lines)[-600:] or ("time ran out" if done.timed_out else f"exit code {done.exit_code}")
