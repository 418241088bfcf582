"""What grew over a run is told from what was used to warm up."""

from __future__ import annotations

import pytest

from benchmarks.soak import Reading, drift, rss_mib


def reading(n, rss, threads=4, p99=10.0):
    return Reading(n, rss, threads, 6, p99)


def test_memory_taken_up_at_the_start_is_no_growth():
    readings = [reading(0, 100.0), reading(1, 150.0)] + [reading(n, 160.0) for n in range(18)]
    assert drift(readings)["rss_mib"] == 0.0


def test_what_grows_is_told_by_how_much():
    readings = [reading(n, 100.0 + n, threads=4 + (n > 15), p99=10.0 + n) for n in range(20)]
    moved = drift(readings)
    assert moved["rss_mib"] == pytest.approx(17.0)
    assert moved["threads"] == 1
    assert moved["p99_ms"] == pytest.approx(9.0)


def test_one_reading_is_no_drift():
    assert drift([reading(0, 100.0)]) == {"rss_mib": 0, "threads": 0, "files": 0, "p99_ms": 0}


def test_memory_is_read_in_mib():
    assert 10 < rss_mib() < 100_000
