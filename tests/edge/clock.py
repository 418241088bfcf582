"""Clocks that only tests move: nothing that is timed by them depends on the machine."""

from __future__ import annotations

import math
import threading
import time

_LOOK_S = 0.002
"""How long a waiter really sleeps before it looks whether a thread that time waited for has ended.
"""

_STUCK_S = 60.0
"""A test that waits for so long in real time would wait for ever."""


class FakeClock:
    """Moved by hand: ``advance`` and ``sleep`` move it, and wake whoever waits for that time.

    An ``edge.core.clock.Clock``. Called, it tells ``now``, for what takes a plain callable.
    """

    def __init__(self, now: float = 1000.0, wall: float = 1_795_000_000.0) -> None:
        self._now = now
        self._epoch = wall - now
        self._mutex = threading.Lock()
        self._waiters: list[_Waiter] = []

    def __call__(self) -> float:
        return self.now()

    def now(self) -> float:
        return self._now

    def wall(self) -> float:
        return self._epoch + self._now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        with self._mutex:
            self._go_to(self._now + max(0.0, seconds))

    def sleep(self, seconds: float) -> None:
        """Who sleeps lets time pass."""
        self.advance(seconds)

    def condition(self) -> threading.Condition:
        return _FakeCondition(self)

    @property
    def waiting(self) -> int:
        """Threads that wait on a condition, for a time or for ever."""
        with self._mutex:
            return len(self._waiters)

    def _go_to(self, now: float) -> None:
        self._now = now
        for waiter in [w for w in self._waiters if w.until <= now]:
            self._wake(waiter)

    def _wake(self, waiter: _Waiter) -> None:
        self._waiters.remove(waiter)
        waiter.woken.set()

    def _look(self) -> None:
        """Called by threads that wait, now and then."""


class VirtualTime(FakeClock):
    """Moves by itself, as soon as every thread that was begun since it was made waits for it.

    What threads do takes no time but what they ``sleep``: a line runs as on an idle machine of
    endless speed, however busy this one is. Waiting for anything but the clock and its conditions,
    such as for another thread's end, holds time up.
    """

    def __init__(self, now: float = 1000.0, wall: float = 1_795_000_000.0) -> None:
        super().__init__(now, wall)
        self._others = set(threading.enumerate()) - {threading.current_thread()}

    def sleep(self, seconds: float) -> None:
        """Wait while other threads do what they do in that time."""
        waiter = _Waiter(self.now() + max(0.0, seconds))
        with self._mutex:
            self._waiters.append(waiter)
        waiter.wait(self)

    def _look(self) -> None:
        """Go to the first time that is waited for, if all threads wait."""
        with self._mutex:
            first = min((w.until for w in self._waiters), default=math.inf)
            awake = set(threading.enumerate()) - self._others - {w.thread for w in self._waiters}
            if first < math.inf and not awake:
                self._go_to(first)


class _Waiter:
    """A thread that waits, until when, and for what condition."""

    def __init__(self, until: float, condition: _FakeCondition | None = None) -> None:
        self.until = until
        self.condition = condition
        self.thread = threading.current_thread()
        self.woken = threading.Event()
        self.notified = False

    def wait(self, clock: FakeClock) -> None:
        give_up_at = time.monotonic() + _STUCK_S
        clock._look()
        while not self.woken.wait(_LOOK_S):
            clock._look()
            assert time.monotonic() < give_up_at, "nobody moves the clock"


class _FakeCondition(threading.Condition):
    """Waiters count as awake from the moment they are notified, not only once they run again."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        until = math.inf if timeout is None else self._clock.now() + timeout
        waiter = _Waiter(until, self)
        with self._clock._mutex:
            if until <= self._clock.now():
                return False
            self._clock._waiters.append(waiter)
        lock = self._release_save()
        try:
            waiter.wait(self._clock)
        finally:
            self._acquire_restore(lock)
        return waiter.notified

    def notify(self, n: int = 1) -> None:
        with self._clock._mutex:
            mine = [w for w in self._clock._waiters if w.condition is self]
            for waiter in mine[:n]:
                waiter.notified = True
                self._clock._wake(waiter)

    def notify_all(self) -> None:
        with self._clock._mutex:
            count = len(self._clock._waiters)
        self.notify(count)
