"""A flag that ends a thread's work, also in the middle of a wait."""

from __future__ import annotations

from edge.core.clock import SYSTEM_CLOCK, Clock


class StopFlag:
    """Set once; whoever waits for it wakes. ``threading.Event`` on a clock that tests may move.

    Args:
        clock: What waits go by.
    """

    def __init__(self, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        self._changed = clock.condition()
        self._set = False

    def is_set(self) -> bool:
        """Whether it was set."""
        return self._set

    def set(self) -> None:
        """Set it, and wake all who wait. Safe to call twice, and from a signal handler."""
        with self._changed:
            self._set = True
            self._changed.notify_all()

    def wait(self, timeout_s: float) -> bool:
        """Wait until it is set, at most so long; say whether it is."""
        until = self._clock.now() + timeout_s
        with self._changed:
            while not self._set and (left_s := until - self._clock.now()) > 0.0:
                self._changed.wait(left_s)
        return self._set
