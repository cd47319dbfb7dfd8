"""Which isolation this machine can give. There is no silent "none"."""

from __future__ import annotations

from functools import lru_cache

from paramedic.model.errors import NotConfigured, SandboxUnavailable
from paramedic.model.execution import Command, Limits, Sandbox
from paramedic.sandbox.bubblewrap import INSTALL, BubblewrapSandbox
from paramedic.sandbox.container import ContainerSandbox

_ENGINES = ("docker", "podman")


@lru_cache(maxsize=8)
def choose_sandbox(name: str = "auto", *, network: bool = False) -> Sandbox:
    """The sandbox for a value of PARAMEDIC_SANDBOX, after one real trial run; the answer is kept for the process.

    ``network`` is for installing packages only: all else is as isolated. Raises ``SandboxUnavailable`` when it
    does not work here, ``NotConfigured`` for an unknown name.
    """
    if name == "bubblewrap":
        return _tried_bubblewrap(network=network)
    if name in _ENGINES:
        return ContainerSandbox.connect(name, network=network)
    if name != "auto":
        raise NotConfigured(f"PARAMEDIC_SANDBOX={name} is not known.", remedy="Use auto, bubblewrap, docker or podman.")
    return _first_that_works(network=network)


def _first_that_works(*, network: bool) -> Sandbox:
    reasons: list[str] = []
    try:
        return _tried_bubblewrap(network=network)
    except SandboxUnavailable as error:
        reasons.append(str(error.args[0]))
    for engine in _ENGINES:
        try:
            return ContainerSandbox.connect(engine, network=network)
        except SandboxUnavailable as error:
            reasons.append(str(error.args[0]))
    raise SandboxUnavailable(f"No isolation works on this machine: {' '.join(reasons)}", remedy=INSTALL)


def _tried_bubblewrap(*, network: bool) -> Sandbox:
    sandbox = BubblewrapSandbox(network=network)
    tried = sandbox.run(Command(argv=("/bin/sh", "-c", "echo works"), directory="/", limits=Limits(wall_seconds=10)))
    if tried.stdout != "works\n":
        raise SandboxUnavailable(f"bubblewrap does not work: {tried.stderr.strip()[-200:]}.", remedy=INSTALL)
    return sandbox
