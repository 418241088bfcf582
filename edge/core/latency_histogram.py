"""Percentiles of a long run's latencies in a fixed amount of memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_LOWEST_MS = 0.01
_STEPS_PER_OCTAVE = 64
_OCTAVES = 24


class Latencies:
    """A histogram with bins 1.1 % wide from 0.01 ms to 167 s; the maximum is kept exactly.

    Bins are logarithmic, 64 an octave: 5 ms is log2(5 / 0.01) = 8.97 octaves above 0.01 ms and
    falls into bin 573, which ends at 0.01 * 2 ** (574 / 64) = 5.01 ms.

    Attributes:
        sum_ms: Sum of all latencies, in milliseconds.
    """

    def __init__(self) -> None:
        self._counts = np.zeros(_OCTAVES * _STEPS_PER_OCTAVE + 1, dtype=np.int64)
        self._max = 0.0
        self.sum_ms = 0.0

    def add(self, milliseconds: float) -> None:
        """Count one latency."""
        octaves = np.log2(max(milliseconds, _LOWEST_MS) / _LOWEST_MS)
        place = min(int(octaves * _STEPS_PER_OCTAVE), len(self._counts) - 1)
        self._counts[place] += 1
        self._max = max(self._max, milliseconds)
        self.sum_ms += milliseconds

    @property
    def count(self) -> int:
        """Number of latencies counted."""
        return int(self._counts.sum())

    def within(self, bounds_ms: Sequence[float]) -> list[int]:
        """Number of latencies at or below each bound in ms; bounds are met within 1.1 %."""
        bins = np.rint(np.log2(np.array(bounds_ms) / _LOWEST_MS) * _STEPS_PER_OCTAVE)
        below = np.concatenate([[0], np.cumsum(self._counts)])
        return [int(count) for count in below[np.clip(bins.astype(int), 0, len(self._counts))]]

    def percentile(self, percent: float) -> float | None:
        """The percentile in ms, within 1.1 %, of ``percent`` from 0 to 100; None if empty."""
        total = self.count
        if total == 0:
            return None
        place = int(np.searchsorted(np.cumsum(self._counts), total * percent / 100.0))
        upper = _LOWEST_MS * 2.0 ** ((place + 1) / _STEPS_PER_OCTAVE)
        return float(min(upper, self._max))

    def as_json(self) -> dict[str, float | None]:
        """``p50``, ``p95``, ``p99`` and ``max`` in milliseconds; null if nothing was counted."""
        figures = {f"p{p}": self.percentile(p) for p in (50, 95, 99)}
        figures["max"] = self._max if figures["p50"] is not None else None
        return {name: None if ms is None else round(ms, 3) for name, ms in figures.items()}
