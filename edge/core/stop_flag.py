"""A flag that stops a thread, even while it waits."""

from __future__ import annotations

from edge.core.clock import SYSTEM_CLOCK, Clock


class StopFlag:
    """Like ``threading.Event``, but with an injectable clock. It is never cleared.

    Args:
        clock: Clock for the waits.
    """

    def __init__(self, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        self._changed = clock.condition()
        self._set = False

    def is_set(self) -> bool:
        """Whether it is set."""
        return self._set

    def set(self) -> None:
        """Set it and wake all waiting threads. Safe to call twice, and from a signal handler."""
        with self._changed:
            self._set = True
            self._changed.notify_all()

    def wait(self, timeout_s: float) -> bool:
        """Wait until it is set, at most ``timeout_s`` seconds; return whether it is set."""
        until = self._clock.now() + timeout_s
        with self._changed:
            while not self._set and (left_s := until - self._clock.now()) > 0.0:
                self._changed.wait(left_s)
        return self._set
