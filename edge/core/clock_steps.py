"""Notices that the wall clock was set, by comparing it with the one that goes on steadily."""

from __future__ import annotations

from edge.core.clock import Clock

STEP_S = 1.0
"""A change by less between two looks is no step: time services slew a clock, by 10 % at most."""

EARLIEST = 1_735_689_600.0
"""2025-01-01 UTC: no line ran this program before; a device without a battery boots in 1970."""


class ClockSteps:
    """Compares the clocks whenever it is asked, several times a second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = self._offset_now()

    def look(self) -> float:
        """By how many seconds the wall clock was set forward since the last look; 0.0 by none."""
        offset = self._offset_now()
        step, self._offset = offset - self._offset, offset
        return step if abs(step) >= STEP_S else 0.0

    def _offset_now(self) -> float:
        # Read between two readings of the steady one, or a busy machine looks like a step.
        while True:
            before = self._clock.now()
            wall = self._clock.wall()
            after = self._clock.now()
            if after - before < STEP_S / 4:
                return wall - (before + after) / 2


def duration(seconds: float) -> str:
    """A length of time in words: ``400 d 3 h``, ``2 h 5 min``, ``42 s``."""
    left = round(abs(seconds))
    parts = []
    for name, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"
