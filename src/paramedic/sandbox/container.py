"""Isolation by Docker or Podman, where their daemon is there and bubblewrap is not."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paramedic.model.errors import SandboxUnavailable
from paramedic.model.execution import Command, Mount, Outcome
from paramedic.sandbox.bubblewrap import HOME, outcome
from paramedic.sandbox.process import Finished, run_bounded
from paramedic.source.encoding import encode

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc/ssl/certs", "/etc/ld.so.cache", "/etc/alternatives")
_IMAGE = "paramedic-empty"
_CLIENT_SECONDS = 20.0
_FAILED_TO_START = frozenset((125, 126, 127))


class ContainerSandbox:
    """The host's programs, read-only, in an otherwise empty container: no image is pulled, so it works offline.

    Guarantees as for bubblewrap; processes and memory are bounded by the engine's control groups.
    """

    def __init__(self, engine: str, binary: str, *, network: bool) -> None:
        self.name = engine
        self._binary = binary
        self._network = network

    @classmethod
    def connect(cls, engine: str, *, network: bool = False) -> ContainerSandbox:
        """Raises ``SandboxUnavailable`` when the engine is missing or does not answer."""
        binary = shutil.which(engine)
        if binary is None:
            raise SandboxUnavailable(f"{engine} is not installed.", remedy=f"Install {engine} or set PARAMEDIC_SANDBOX.")
        sandbox = cls(engine, binary, network=network)
        answer = sandbox._client("info", "--format", "{{.ID}}")
        if answer.exit_code:
            raise SandboxUnavailable(
                f"{engine} does not answer: {answer.stderr.text().strip()[-200:]}.",
                remedy="Start its daemon, or set PARAMEDIC_SANDBOX.",
            )
        sandbox._make_image()
        return sandbox

    def _client(self, *argv: str, stdin: bytes = b"") -> Finished:
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(Path.home())}
        return run_bounded(
            [self._binary, *argv], wall_seconds=_CLIENT_SECONDS, output_bytes=20_000, stdin=stdin, environment=environment
        )

    def _make_image(self) -> None:
        if self._client("image", "inspect", _IMAGE).exit_code == 0:
            return
        made = self._client("import", "-", _IMAGE, stdin=bytes(10_240))
        if made.exit_code:
            raise SandboxUnavailable(f"{self.name} cannot import an empty image: {made.stderr.text().strip()[-200:]}.")

    def run(self, command: Command) -> Outcome:
        """Run and wait; the container is removed whatever happens."""
        name = f"paramedic-{uuid.uuid4().hex}"
        with _staged(command) as staged:
            argv = [self._binary, "run", *self._options(name, command, staged), _IMAGE, *command.argv]
            try:
                finished = run_bounded(
                    argv,
                    wall_seconds=command.limits.wall_seconds,
                    output_bytes=command.limits.output_bytes,
                    stdin=command.stdin,
                    environment={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(Path.home())},
                )
            finally:
                self._client("rm", "--force", name)
        if finished.exit_code in _FAILED_TO_START and f"{self.name}:" in finished.stderr.text():
            raise SandboxUnavailable(f"{self.name} could not start: {finished.stderr.text().strip()[-300:]}.")
        return outcome(finished)

    def _options(self, name: str, command: Command, staged: tuple[Mount, ...]) -> Iterator[str]:
        limits = command.limits
        yield from ("--name", name, "--rm", "--interactive", "--read-only", "--user", "65534:65534")
        yield from () if self._network else ("--network", "none")
        yield from ("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--pids-limit", str(limits.processes))
        yield from ("--memory", f"{limits.memory_mib}m", "--ulimit", f"cpu={limits.cpu_seconds}", "--ulimit", "core=0")
        yield from ("--ulimit", f"fsize={limits.file_mib * 2**20}", "--ulimit", f"nofile={limits.open_files}")
        for folder in ("/tmp", HOME):  # noqa: S108 (inside the container)
            yield from ("--tmpfs", f"{folder}:rw,exec,mode=1777,size={limits.file_mib}m")
        system = (Mount(Path(path), path) for path in _SYSTEM if Path(path).exists())
        for mount in (*system, *command.mounts, *staged):
            mode = "" if mount.writable else ",readonly"
            yield from ("--mount", f"type=bind,source={mount.source},target={mount.target}{mode}")
        yield from ("--workdir", command.directory)
        for key, value in ({"HOME": HOME, "PATH": "/usr/bin:/bin"} | dict(command.environment)).items():
            yield from ("--env", f"{key}={value}")


@contextmanager
def _staged(command: Command) -> Iterator[tuple[Mount, ...]]:
    with tempfile.TemporaryDirectory(prefix="paramedic-files-") as folder:
        mounts = []
        for number, (target, text) in enumerate(sorted(command.files.items())):
            path = Path(folder, str(number))
            path.write_bytes(encode(text))
            mounts.append(Mount(path, target))
        yield tuple(mounts)
