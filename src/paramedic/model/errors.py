"""The exception tree. What a caller may do about an error is a field, not a guess from its class name.

::

    ParamedicError
    ├── BadInput              the caller gave something unusable          (exit 2, HTTP 400)
    │   └── NotConfigured     a setting is missing or cannot be enforced  (exit 2, HTTP 503)
    ├── SourceError           the repository cannot be used as asked
    ├── EnvironmentFailed     the project's interpreter or dependencies cannot be had
    ├── SandboxUnavailable    no isolation on this machine: work is refused
    └── OutsideError          an outside system failed                    (``permanent`` says whether to retry)
        └── Gone              what was to be changed there is not there, or not ours any more
"""

from __future__ import annotations


class ParamedicError(Exception):
    """What went wrong, and what to do about it.

    ``remedy`` is one sentence for the person who reads it; ``permanent`` is False where trying again later may work.
    """

    permanent = True

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.args[0]} {self.remedy}".rstrip()

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments are lost by the default protocol, and a checkpointed error must come back whole.
        return (_rebuild, (type(self), self.args[0], self.remedy, self.__dict__))


def _rebuild(kind: type[ParamedicError], message: str, remedy: str, state: dict[str, object]) -> ParamedicError:
    error = kind.__new__(kind)
    ParamedicError.__init__(error, message, remedy=remedy)
    error.__dict__.update(state)
    return error


class BadInput(ParamedicError):
    """The caller gave something that cannot be used."""


class NotConfigured(BadInput):
    """A setting is missing, or a configured restriction cannot be enforced; the message names the setting."""


class SourceError(ParamedicError):
    """The repository, commit or path cannot be used as asked."""


class EnvironmentFailed(ParamedicError):
    """The project's interpreter or dependencies cannot be had."""


class SandboxUnavailable(ParamedicError):
    """No isolation on this machine, so nothing of the project is run."""


class OutsideError(ParamedicError):
    """An outside system refused or failed.

    ``status`` is the HTTP status, None when no answer came; ``retry_after_seconds`` is the system's own wish; ``answer`` is
    the beginning of what it answered, for whoever knows the system. It is shown to nobody.
    """

    answer: str = ""

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        status: int | None = None,
        permanent: bool = False,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.status = status
        self.permanent = permanent
        self.retry_after_seconds = retry_after_seconds


class Gone(OutsideError):
    """What was to be changed is not there any more, or may not be changed any more."""
