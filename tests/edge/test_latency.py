"""Percentiles from the histogram agree with NumPy's within a bin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.latency import Latencies


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
