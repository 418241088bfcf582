"""A counter of so many bits, followed past its end and back."""

from __future__ import annotations


class Counter:
    """Makes one running count of a counter that rolls over.

    Between two readings it is taken to have moved by less than half its range, to either side.

    Args:
        bits: Its width; it counts modulo 2 to this power.
    """

    def __init__(self, bits: int) -> None:
        self._range = 1 << bits
        self._last: int | None = None

    def moved(self, count: int) -> int:
        """Counts since the reading before, negative backwards; 0 at the first."""
        if self._last is None:
            self._last = count
        step = (count - self._last) % self._range
        self._last = count
        return step - self._range if step >= self._range // 2 else step
