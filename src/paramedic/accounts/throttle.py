"""How often something may be tried: so many times in a while per key, in this process."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

_MOST_KEYS = 10_000


@dataclass
class Throttle:
    """``attempt`` counts before the work is done, so that many at once get no further than many in a row."""

    most: int
    seconds: float
    clock: Callable[[], float] = time.monotonic
    _tried: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def attempt(self, key: str) -> int:
        """0 when it may be tried now, which is counted; else the seconds until it may."""
        now = self.clock()
        with self._lock:
            tried = self._tried.setdefault(key, deque())
            self._tried.move_to_end(key)
            while tried and tried[0] <= now - self.seconds:
                tried.popleft()
            if len(tried) >= self.most:
                return max(1, math.ceil(tried[0] + self.seconds - now))
            tried.append(now)
            while len(self._tried) > _MOST_KEYS:
                self._tried.popitem(last=False)
        return 0

    def forgive(self, key: str) -> None:
        """It went well: earlier attempts count no more."""
        with self._lock:
            self._tried.pop(key, None)
