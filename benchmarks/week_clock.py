"""A line's time, moved by the one who simulates it: each step waits until all threads are done."""

from __future__ import annotations

import time
from threading import Condition, Lock
from weakref import WeakSet


class SimulatedClock:
    """An ``edge.core.clock.Clock`` that stands still until it is moved.

    The steady clock begins anew with each start of the device; the wall clock can be set.
    """

    def __init__(self, wall: float) -> None:
        self._now = 10.0
        self._wall = wall
        self._lock = Lock()
        self._conditions: WeakSet[Condition] = WeakSet()

    def now(self) -> float:
        """Seconds that go on steadily."""
        return self._now

    def wall(self) -> float:
        """Seconds since 1970 (UTC), as the device has them."""
        return self._wall

    def sleep(self, seconds: float) -> None:
        """Nobody sleeps by this clock but for an instant: it is moved by one thread alone."""
        time.sleep(0.0005)

    def condition(self) -> Condition:
        """A condition that is woken whenever the time moves."""
        made = Condition()
        with self._lock:
            self._conditions.add(made)
        return made

    def move(self, seconds: float) -> None:
        """Let time pass, and wake whoever waits for it."""
        self._now += seconds
        self._wall += seconds
        self.wake()

    def set_by(self, seconds: float) -> None:
        """Set the wall clock, forward or back."""
        self._wall += seconds

    def wake(self) -> None:
        """Let whoever waits look again."""
        with self._lock:
            waited = list(self._conditions)
        for condition in waited:
            with condition:
                condition.notify_all()
