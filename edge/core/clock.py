"""The time that a run goes by; tests give it one that they move by hand."""

from __future__ import annotations

import time
from threading import Condition
from typing import Protocol


class Clock(Protocol):
    """Tells the time, and makes what threads wait on for a time."""

    def now(self) -> float:
        """Seconds that go on steadily; only differences mean something, as ``time.monotonic``."""
        ...

    def wall(self) -> float:
        """Seconds since 1970 (UTC); they may jump."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for so long."""

    def condition(self) -> Condition:
        """A condition whose timeouts are of this clock."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> float:
        """``time.monotonic()``, which cameras stamp their frames with."""
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
