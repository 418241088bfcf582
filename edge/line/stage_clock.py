"""What each stage has lately needed, and whether it still fits before a deadline."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable

from edge.core.clock import SYSTEM_CLOCK, Clock

_TINY_S = 1e-9
_FEW = 8
"""Fewer runs say nothing sure about a line."""


class StageClock:
    """What each stage has lately needed, in seconds, and what it would need for so many regions.

    A run costs something whatever its regions, and something for each: a line fitted to the recent
    runs by least squares says how much, and the 95th percentile of (time taken / time by the line)
    says by what factor to expect more. While there are few runs, or all with as many regions, cost
    is taken to be in proportion to the regions.

    A stage that is refused ``window`` times in a row is tried again with what it needed forgotten:
    one slow start must not shut it out for good.

    Ten runs that take 3 ms and 1 ms for each region, one of them twice as long:

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

    In proportion to the runs of one region, 4 ms each, 16 regions would be taken for 64 ms.

    Args:
        window: How many runs of a stage are remembered.
        clock: Tells the time.
    """

    def __init__(self, window: int = 64, clock: Clock = SYSTEM_CLOCK) -> None:
        self.now = clock.now
        self._window = window
        self._spent: dict[str, deque[tuple[int, float]]] = {}
        self._refused: dict[str, tuple[int, int]] = {}

    def record(self, stage: str, seconds: float, regions: int = 1) -> None:
        """Remember one run of a stage on so many regions."""
        kept = self._spent.setdefault(stage, deque(maxlen=self._window))
        kept.append((max(regions, 1), seconds))
        if regions >= self._refused.get(stage, (0, 1))[1]:
            self._refused.pop(stage, None)

    def line(self, stage: str) -> tuple[float, float] | None:
        """Seconds whatever the regions, and for each; None where runs are too few or too alike."""
        spent = self._spent.get(stage, ())
        if len(spent) < _FEW or len({count for count, _ in spent}) == 1:
            return None
        return _fit(spent)

    def p95_s(self, stage: str, regions: int = 1) -> float:
        """95th percentile of what the stage would need now, in seconds; 0 before its first run."""
        spent = self._spent.get(stage)
        if not spent:
            return 0.0
        if (line := self.line(stage)) is None:
            return _p95(seconds * regions / count for count, seconds in spent)
        fixed, each = line
        share = _p95(seconds / (fixed + each * count) for count, seconds in spent)
        return share * (fixed + each * regions)

    def fits(self, stage: str, due_at: float, regions: int = 1) -> bool:
        """Whether a stage started now would, as it lately went, end by ``due_at`` (monotonic)."""
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
