"""The time that a frame's verdict may take, and whether a stage still fits in it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Collection, Iterable

_TINY_S = 1e-9
_FEW = 8
"""Fewer runs say nothing sure about a line."""

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
    """What each stage has lately needed, in seconds, and what it would need for so many regions.

    A run costs something whatever its regions, and something for each: a line through the recent
    runs says how much, and by what share of it runs take longer what to reckon with. While there
    are few, or all with as many regions, they are taken to cost in proportion.

    A stage that is refused ``window`` times in a row is tried again with what it needed forgotten:
    one slow start must not shut it out for good.

    Args:
        window: How many runs of a stage are remembered.
    """

    def __init__(self, window: int = 64) -> None:
        self._window = window
        self._spent: dict[str, deque[tuple[int, float]]] = {}
        self._refused: dict[str, tuple[int, int]] = {}

    def record(self, stage: str, seconds: float, regions: int = 1) -> None:
        """Remember one run of a stage on so many regions."""
        kept = self._spent.setdefault(stage, deque(maxlen=self._window))
        kept.append((max(regions, 1), seconds))
        if regions >= self._refused.get(stage, (0, 1))[1]:
            self._refused.pop(stage, None)

    def p95_s(self, stage: str, regions: int = 1) -> float:
        """95th percentile of what the stage would need now, in seconds; 0 before its first run."""
        spent = self._spent.get(stage)
        if not spent:
            return 0.0
        if len(spent) < _FEW or len({count for count, _ in spent}) == 1:
            return _p95(seconds * regions / count for count, seconds in spent)
        fixed, each = _line(spent)
        share = _p95(seconds / (fixed + each * count) for count, seconds in spent)
        return share * (fixed + each * regions)

    def fits(self, stage: str, due_at: float, regions: int = 1) -> bool:
        """Whether a stage started now would, as it lately went, end by ``due_at`` (monotonic)."""
        if time.monotonic() + self.p95_s(stage, regions) <= due_at:
            return True
        times, least = self._refused.get(stage, (0, regions))
        if times < self._window:
            self._refused[stage] = times + 1, min(least, regions)
            return False
        self._spent.pop(stage, None)
        self._refused.pop(stage, None)
        return True


def _line(runs: Collection[tuple[int, float]]) -> tuple[float, float]:
    """Seconds whatever the regions, and for each, by least squares; neither below zero."""
    n = len(runs)
    count, spent = (sum(column) / n for column in zip(*runs, strict=True))
    spread = sum((regions - count) ** 2 for regions, _ in runs)
    together = sum((regions - count) * (seconds - spent) for regions, seconds in runs)
    each = min(max(together / spread, 0.0), spent / count)
    return max(spent - each * count, _TINY_S), each


def _p95(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
