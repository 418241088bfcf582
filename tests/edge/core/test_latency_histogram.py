"""Percentiles from the histogram agree with NumPy's within a bin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.core.latency_histogram import Latencies


@given(st.lists(st.floats(0.02, 1e4), min_size=1, max_size=200))
def test_percentiles_are_within_a_bin(times):
    latencies = Latencies()
    for milliseconds in times:
        latencies.add(milliseconds)
    for percent in (50, 95, 99):
        exact = np.percentile(times, percent, method="inverted_cdf")
        assert latencies.percentile(percent) == pytest.approx(exact, rel=0.012)
    assert latencies.as_json()["max"] == pytest.approx(max(times), abs=1e-3)


def test_nothing_counted_is_null():
    assert Latencies().as_json() == {"p50": None, "p95": None, "p99": None, "max": None}


@given(st.lists(st.floats(0.02, 1e4), max_size=200))
def test_counts_within_a_bound_are_right_but_for_the_bound_s_own_bin(times):
    latencies = Latencies()
    for milliseconds in times:
        latencies.add(milliseconds)
    bounds = (0.05, 1.0, 12.8, 25.6, 500.0, 2e4)
    for bound, count in zip(bounds, latencies.within(bounds), strict=True):
        below = sum(ms <= bound / 1.012 for ms in times)
        above = sum(ms <= bound * 1.012 for ms in times)
        assert below <= count <= above
    assert latencies.count == len(times)
    assert latencies.sum_ms == pytest.approx(sum(times))
