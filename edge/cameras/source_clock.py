"""When a frame was taken, by the time stamps of a source whose clock is not this device's."""

from __future__ import annotations

_WINDOW_S = 10.0
"""Two clocks that are 50 ppm apart drift by 1 ms in two of these."""
_APART_S = 5.0
"""A stamp that is further from the last than arrivals are by this means that the clock was set."""


class SourceClock:
    """Maps a source's time stamps to this device's clock.

    Frames arrive later than they are taken by a delay that varies (network, buffers) and never less
    than the shortest. So the shortest lately seen between stamp and arrival is taken to be none,
    and what a frame took longer is how late it comes. Until a short one has been seen, times are
    too late by what is not known.
    """

    def __init__(self) -> None:
        self._least = self._before = float("inf")
        self._window_ends = 0.0
        self._last: tuple[float, float] | None = None
        self._given = float("-inf")

    def taken_at(self, stamp_s: float, arrived_at: float) -> float:
        """When a frame was taken, never before the one before it nor after it has arrived.

        Args:
            stamp_s: The source's time stamp in seconds, of whatever epoch.
            arrived_at: ``time.monotonic()`` in seconds.
        """
        if self._last is not None:
            stamps, arrivals = stamp_s - self._last[0], arrived_at - self._last[1]
            if stamps <= 0.0 or stamps - arrivals > _APART_S:
                self._least = self._before = float("inf")
        self._last = (stamp_s, arrived_at)
        if arrived_at >= self._window_ends:
            self._before, self._least = self._least, float("inf")
            self._window_ends = arrived_at + _WINDOW_S
        self._least = min(self._least, arrived_at - stamp_s)
        mapped = stamp_s + min(self._least, self._before)
        self._given = min(max(mapped, self._given), arrived_at)
        return self._given
