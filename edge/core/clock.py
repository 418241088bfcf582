"""The clock of a run. Tests use one that they set by hand."""

from __future__ import annotations

import time
from threading import Condition
from typing import Protocol


class Clock(Protocol):
    """Gives the time, and conditions whose timeouts follow this clock."""

    def now(self) -> float:
        """Monotonic seconds, as ``time.monotonic``; only differences have a meaning."""
        ...

    def wall(self) -> float:
        """Seconds since 1970 (UTC); may jump when the system clock is set."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for this many seconds."""

    def condition(self) -> Condition:
        """A new condition whose timeouts follow this clock."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> float:
        """``time.monotonic()``; cameras use it for ``Frame.taken_at``."""
        return time.monotonic()

    def wall(self) -> float:
        """``time.time()``."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """``time.sleep``."""
        time.sleep(seconds)

    def condition(self) -> Condition:
        """``threading.Condition``."""
        return Condition()


SYSTEM_CLOCK = SystemClock()
