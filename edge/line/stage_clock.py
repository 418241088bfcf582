"""Predicts from recent run times whether a stage still fits before a deadline."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable

from edge.core.clock import SYSTEM_CLOCK, Clock

_TINY_S = 1e-9
_FEW = 8
"""Fewest runs for a line fit."""


class StageClock:
    """Predicts the run time of each stage, in seconds, for a number of regions.

    A run has a fixed cost and a cost per region. A line fitted to the recent runs by least squares
    gives both. The prediction is the line's value times the 95th percentile of (run time / line's
    value). With few runs, or if all have the same number of regions, the cost is assumed to be
    proportional to the number of regions.

    A stage that was refused ``window`` times in a row is tried again and its run times are
    forgotten, so that one slow start does not exclude it for ever.

    An example: nine runs that take 3 ms plus 1 ms for each region, then one that takes twice that:

    >>> clock = StageClock()
    >>> for regions in (1, 1, 1, 2, 2, 2, 3, 3, 4):
    ...     clock.record("classifier", 0.003 + 0.001 * regions, regions)
    >>> round(clock.p95_s("classifier", 16), 4)  # fits the line: 3 ms + 16 × 1 ms
    0.019
    >>> clock.record("classifier", 0.010, 2)  # 10 ms where the line says 5 ms
    >>> fixed, each = clock.line("classifier")
    >>> round(fixed, 5), round(each, 5)  # the line now: 3.62 ms and 0.94 ms for each region
    (0.00362, 0.00094)
    >>> round(clock.p95_s("classifier", 16), 4)  # 18.7 ms by the line, × 1.82, the worst of ten
    0.034
    >>> clock.fits("classifier", clock.now() + 0.030, 16)
    False

    A cost proportional to the regions, 4 ms each, would predict 64 ms for 16 regions.

    Args:
        window: Number of runs of a stage to remember.
        clock: The run's clock.
    """

    def __init__(self, window: int = 64, clock: Clock = SYSTEM_CLOCK) -> None:
        self.now = clock.now
        self._window = window
        self._spent: dict[str, deque[tuple[int, float]]] = {}
        self._refused: dict[str, tuple[int, int]] = {}

    def record(self, stage: str, seconds: float, regions: int = 1) -> None:
        """Remember the run time of a stage on a number of regions."""
        kept = self._spent.setdefault(stage, deque(maxlen=self._window))
        kept.append((max(regions, 1), seconds))
        if regions >= self._refused.get(stage, (0, 1))[1]:
            self._refused.pop(stage, None)

    def line(self, stage: str) -> tuple[float, float] | None:
        """Fixed seconds and seconds per region; None with too few runs or equal region counts."""
        spent = self._spent.get(stage, ())
        if len(spent) < _FEW or len({count for count, _ in spent}) == 1:
            return None
        return _fit(spent)

    def p95_s(self, stage: str, regions: int = 1) -> float:
        """Predicted 95th percentile of the stage's run time, in seconds; 0 before its first run."""
        spent = self._spent.get(stage)
        if not spent:
            return 0.0
        if (line := self.line(stage)) is None:
            return _p95(seconds * regions / count for count, seconds in spent)
        fixed, each = line
        share = _p95(seconds / (fixed + each * count) for count, seconds in spent)
        return share * (fixed + each * regions)

    def fits(self, stage: str, due_at: float, regions: int = 1) -> bool:
        """Whether a stage started now is predicted to end by ``due_at`` (monotonic seconds)."""
        if self.now() + self.p95_s(stage, regions) <= due_at:
            return True
        times, least = self._refused.get(stage, (0, regions))
        if times < self._window:
            self._refused[stage] = times + 1, min(least, regions)
            return False
        self._spent.pop(stage, None)
        self._refused.pop(stage, None)
        return True


def _fit(runs: Collection[tuple[int, float]]) -> tuple[float, float]:
    """Fixed seconds and seconds per region by least squares; neither is below zero."""
    n = len(runs)
    count, spent = (sum(column) / n for column in zip(*runs, strict=True))
    spread = sum((regions - count) ** 2 for regions, _ in runs)
    together = sum((regions - count) * (seconds - spent) for regions, seconds in runs)
    each = min(max(together / spread, 0.0), spent / count)
    return max(spent - each * count, _TINY_S), each


def _p95(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
