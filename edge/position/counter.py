"""A hardware counter that rolls over."""

from __future__ import annotations


class Counter:
    """Converts readings of a counter that rolls over into steps.

    Between two readings it must move by less than half its range, in either direction. A counter of
    8 bits has a range of 256: from 250 to 4 it moved by 10 through zero, and back by -10.

        >>> counter = Counter(bits=8)
        >>> [counter.moved(count) for count in (250, 4, 250)]
        [0, 10, -10]

    Args:
        bits: Width of the counter; it counts modulo 2 ** bits.
    """

    def __init__(self, bits: int) -> None:
        self._range = 1 << bits
        self._last: int | None = None

    def moved(self, count: int) -> int:
        """The step since the previous reading, negative if backwards; 0 at the first reading."""
        if self._last is None:
            self._last = count
        step = (count - self._last) % self._range
        self._last = count
        return step - self._range if step >= self._range // 2 else step
