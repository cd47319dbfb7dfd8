"""Worker processes that start at once: a process that has everything imported, and forks a worker for each line it is sent."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.sessions.ward import Ward


class Nursery:
    """``birth`` starts a worker and returns its process id; ``mourn`` returns when that worker has ended."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def birth(self) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return int(self._line())

    def mourn(self) -> int:
        """How the worker ended: its exit code, or the number of the signal below zero."""
        return int(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def nursery(ward: Ward, environment: dict[str, str]) -> Iterator[Nursery]:
    """Workers on a ward's home; the last one is killed at the end."""
    command = [sys.executable, "-m", "tests.sessions.warm"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with ward.log.open("ab") as log, subprocess.Popen(command, env=environment, stderr=log, **pipes) as process:
        try:
            yield Nursery(process)
        finally:
            process.kill()


def main() -> None:
    from paramedic.sessions import worker

    _ask_nobody()
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            worker.main()
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _pid, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _ask_nobody() -> None:
    """What a first call of a model imports and builds is there afterwards, and need not be made by every worker."""
    from paramedic.integrations.models.client import ModelFailed, open_models
    from paramedic.settings import Settings
    from paramedic.settings.file import AgentConfig

    free = AgentConfig.model_validate({"prices": {"openai:nobody": {"input": 0, "output": 0}}})
    (model,) = open_models(Settings(paramedic_model="openai:nobody", paramedic_model_base_url="http://127.0.0.1:9/v1"), free)
    with suppress(ModelFailed):
        model.ask([], [])


if __name__ == "__main__":
    main()
