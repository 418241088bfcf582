"""Frames that a source lost, told by the time stamps of those that came."""

from __future__ import annotations

import statistics
from collections import deque


class TimeStamps:
    """Finds frames that a source lost by the time stamps of those that came.

    The period is the median of the last few steps, so that it follows a rate that changes.
    """

    def __init__(self) -> None:
        self._last: float | None = None
        self._steps: deque[float] = deque(maxlen=31)

    def lost_before(self, stamp_s: float) -> int:
        """Frames lost between the one before and this one; 0 until the period is known."""
        last, self._last = self._last, stamp_s
        if last is None or stamp_s <= last:
            return 0
        step = stamp_s - last
        known = len(self._steps) >= 5
        lost = max(0, round(step / statistics.median(self._steps)) - 1) if known else 0
        self._steps.append(step)
        return lost
