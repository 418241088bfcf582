"""Ranges that leave out what is rare."""

from __future__ import annotations

import numpy as np
import pytest

from export.convert.ranges import (
    BINS,
    entropy_range,
    percentile_range,
)


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


def test_entropy_keeps_the_bulk_and_clips_a_far_outlier() -> None:
    rng = np.random.default_rng(0)
    values = np.abs(rng.normal(0, 0.2, 10**6))
    seen = np.histogram(values, BINS, (0, 6.0))[0]
    seen[-1] += 3
    low, high = entropy_range(seen, 0.0, 6.0)
    assert low == 0.0
    assert 0.4 < high < 3.0


def test_entropy_keeps_what_is_used_evenly() -> None:
    assert entropy_range(np.full(BINS, 100), 0.0, 6.0) == pytest.approx((0.0, 6.0), abs=0.5)
