"""Small services that crash, by family and context, and what the engine must at least make of each crash.

``record`` crashes one under the real SDK. The verdicts are floors: ``FIX`` only where the repository itself shows what to do,
``NEVER`` where a proven fix would be a wrong claim. Those marked ``bench_only`` are left to ``bench/services.py``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

LOCATED, REPRODUCED, FIX, NEVER = "located", "reproduced", "fix", "never"


@dataclass(frozen=True)
class Service:
    """``source`` is the module ``desk/<name>.py``, ``crash`` the statements that production runs; ``wanted`` the floor."""

    name: str
    source: str
    crash: str
    function: str
    wanted: str
    others: dict[str, str] = field(default_factory=dict)
    bench_only: bool = False
    test: str = "def test_nothing_yet():\n    assert True\n"

    def write(self, root: Path) -> Path:
        """The service as a repository below ``root``."""
        files = {
            "desk/__init__.py": "",
            f"desk/{self.name}.py": self.source,
            f"tests/test_{self.name}.py": self.test,
            **self.others,
        }
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return root


_RECORDER = """
import json, sys
sys.path.insert(0, sys.argv[1])
import sentry_sdk
from sentry_sdk.transport import Transport

class Keep(Transport):
    def capture_envelope(self, envelope):
        event = envelope.get_event()
        if event is not None:
            print(json.dumps(event, default=str))

sentry_sdk.init(dsn="http://key@localhost/1", transport=Keep, environment="production", server_name="desk")
try:
    exec(compile(sys.argv[2], "<worker>", "exec"), {})
except BaseException as error:
    sentry_sdk.capture_exception(error)
"""


def record(service: Service, root: Path) -> dict[str, object]:
    """The event that the SDK sends when the service crashes."""
    command = [sys.executable, "-c", _RECORDER, str(root), service.crash]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    event: dict[str, object] = json.loads(found.stdout.splitlines()[-1])
    event.pop("modules", None)
    return event
