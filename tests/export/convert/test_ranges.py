"""Ranges that leave out what is rare."""

from __future__ import annotations

import numpy as np
import pytest

from export.convert.ranges import BINS, percentile_range


def counts(**places: int) -> np.ndarray:
    """A histogram with so many values in the bins ``b0``, ``b17``..."""
    found = np.zeros(BINS, np.int64)
    for place, count in places.items():
        found[int(place[1:])] = count
    return found


@pytest.mark.parametrize(
    ("seen", "low", "high", "expected"),
    [
        (counts(b0=10**6, b2047=1), 0.0, 6.0, (0.0, 6.0 / BINS)),
        (counts(b0=10, b2047=10), 0.0, 6.0, (0.0, 6.0)),
        (counts(b0=1, b1024=10**6), -1.0, 1.0, (0.0, 2.0 / BINS)),
        (np.full(BINS, 100), -1.0, 1.0, (-1.0, 1.0)),
    ],
)
def test_percentiles_leave_out_the_rarest_and_keep_zero(seen, low, high, expected) -> None:
    assert percentile_range(seen, low, high) == pytest.approx(expected, abs=2 * 6 / BINS)
