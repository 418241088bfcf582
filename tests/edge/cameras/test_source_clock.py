"""A source's time stamps on this device's clock, whatever the network adds to them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.cameras.source_clock import SourceClock

PERIOD = 0.02


def errors(delays, *, drift=0.0, epoch=5000.0):
    """How far off each frame's time is, in seconds, once the network's delay is ``delays``."""
    clock = SourceClock()
    for n, delay in enumerate(delays):
        taken = 100.0 + n * PERIOD
        stamp = (taken - 100.0) * (1.0 + drift) + epoch
        yield clock.taken_at(stamp, taken + delay) - taken


def test_a_frame_that_comes_late_was_taken_in_time():
    shown = list(errors([0.002] * 50 + [0.3] * 10 + [0.002] * 5))
    assert max(abs(error - 0.002) for error in shown) < 1e-6


def test_a_backlog_at_the_start_is_forgotten_when_it_is_drained():
    shown = list(errors([1.0 - 0.05 * n for n in range(20)] + [0.0] * 30))
    assert max(map(abs, shown[-20:])) < 1e-6


@pytest.mark.parametrize("drift", [-1e-4, 1e-4])
def test_a_clock_that_drifts_for_an_hour_stays_within_a_few_milliseconds(drift):
    chance = random.Random(3)
    shown = errors([0.001 + 0.01 * chance.random() for _ in range(180_000)], drift=drift)
    assert max(map(abs, shown)) < 0.006


def test_a_source_that_restarts_its_clock_is_followed():
    clock = SourceClock()
    assert clock.taken_at(900.0, 10.0) == 10.0
    assert clock.taken_at(0.0, 10.1) == pytest.approx(10.1)
    assert clock.taken_at(5000.0, 10.2) == pytest.approx(10.2)


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 10)), max_size=50))
def test_times_never_go_back_nor_into_the_future(steps):
    clock, now, before = SourceClock(), 0.0, float("-inf")
    for stamp, passed in steps:
        now += passed
        taken = clock.taken_at(stamp, now)
        assert before <= taken <= now
        before = taken
