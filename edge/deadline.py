"""The time that a frame's verdict may take, and whether a stage still fits in it."""

from __future__ import annotations

import time
from collections import deque

LONGEST_S = 60.0
"""No verdict may take longer, however slowly the strip runs."""


def period_s(lines: int, mm_per_line: float, speed_m_s: float) -> float:
    """Seconds that the strip takes to pass by a frame of ``lines`` lines.

    256 lines of 0.5 mm at 5 m/s are 0.0256 s.
    """
    return lines * mm_per_line / (speed_m_s * 1000.0)


def verdict_s(
    lines: int, mm_per_line: float, speed_m_s: float, budget_s: float | None = None
) -> float:
    """Seconds that the verdict on a frame may take after its last line: the budget, or the period.

    While the strip stands or creeps it is ``LONGEST_S``.
    """
    if budget_s is not None:
        return budget_s
    if speed_m_s * 1000.0 * LONGEST_S <= lines * mm_per_line:
        return LONGEST_S
    return period_s(lines, mm_per_line, speed_m_s)


class StageClock:
    """What each stage has lately needed for a region, in seconds.

    A stage that is refused ``window`` times in a row is tried again with what it needed forgotten:
    one slow start must not shut it out for good.

    Args:
        window: How many runs of a stage are remembered.
    """

    def __init__(self, window: int = 64) -> None:
        self._window = window
        self._spent: dict[str, deque[float]] = {}
        self._refused: dict[str, int] = {}

    def record(self, stage: str, seconds: float, regions: int = 1) -> None:
        """Remember one run of a stage on so many regions."""
        kept = self._spent.setdefault(stage, deque(maxlen=self._window))
        kept.append(seconds / max(regions, 1))
        self._refused[stage] = 0

    def p95_s(self, stage: str) -> float:
        """95th percentile of the stage's recent runs in seconds a region; 0 before the first."""
        spent = sorted(self._spent.get(stage, ()))
        return spent[min(len(spent) - 1, int(0.95 * len(spent)))] if spent else 0.0

    def fits(self, stage: str, due_at: float, regions: int = 1) -> bool:
        """Whether a stage started now would, as it lately went, end by ``due_at`` (monotonic)."""
        if time.monotonic() + self.p95_s(stage) * regions <= due_at:
            return True
        self._refused[stage] = self._refused.get(stage, 0) + 1
        if self._refused[stage] >= self._window:
            self._spent.pop(stage, None)
            self._refused[stage] = 0
        return False
