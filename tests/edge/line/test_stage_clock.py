"""Whether a stage fits in the time that a frame has left."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.line import stage_clock
from edge.line.stage_clock import StageClock
from tests.edge.clock import FakeClock

TIME = FakeClock()


def due_in(seconds):
    return TIME.now() + seconds


def test_the_worked_example_is_true():
    results = doctest.testmod(stage_clock)
    assert results.attempted >= 7 and results.failed == 0


def test_a_stage_fits_until_its_recent_runs_say_otherwise():
    clock = StageClock(window=10, clock=TIME)
    assert clock.fits("classifier", due_in(0.5))
    clock.record("classifier", 2.0)
    assert not clock.fits("classifier", due_in(0.5))
    for _ in range(10):
        clock.record("classifier", 0.001)
    assert clock.fits("classifier", due_in(0.5))


def test_the_time_that_is_left_runs_out():
    time = FakeClock()
    clock, due_at = StageClock(clock=time), time.now() + 0.5
    clock.record("classifier", 0.2)
    assert clock.fits("classifier", due_at)
    time.advance(0.31)
    assert not clock.fits("classifier", due_at)


def test_what_a_stage_needs_is_counted_by_region():
    clock = StageClock(clock=TIME)
    clock.record("classifier", 1.6, regions=16)
    assert clock.fits("classifier", due_in(0.5), regions=1)
    assert not clock.fits("classifier", due_in(0.5), regions=16)


def test_what_a_run_costs_whatever_its_regions_is_not_counted_for_each():
    clock = StageClock(clock=TIME)
    for regions in (1, 1, 1, 2, 2, 4, 1, 3):
        clock.record("classifier", 0.003 + 0.001 * regions, regions)
    assert clock.line("classifier") == pytest.approx((0.003, 0.001))
    assert clock.p95_s("classifier", 1) == pytest.approx(0.004)
    assert clock.p95_s("classifier", 16) == pytest.approx(0.019)


@given(
    runs=st.lists(st.tuples(st.integers(1, 16), st.floats(1e-5, 1.0)), min_size=1, max_size=70),
    regions=st.integers(1, 16),
)
def test_what_a_stage_would_need_is_finite_and_more_for_more_regions(runs, regions):
    clock = StageClock(clock=TIME)
    for count, seconds in runs:
        clock.record("classifier", seconds, count)
    needed = clock.p95_s("classifier", regions)
    assert 0 < needed <= clock.p95_s("classifier", regions + 1) < 1e4


def test_frames_of_many_regions_are_tried_again_though_those_of_one_run():
    clock = StageClock(window=10, clock=TIME)
    for _ in range(10):
        clock.record("classifier", 0.01, 1)
    passed = 0
    for _ in range(25):
        clock.record("classifier", 0.01, 1)
        passed += clock.fits("classifier", due_in(0.1), 16)
    assert passed >= 1


def test_a_stage_that_never_ran_is_refused_and_then_tried():
    clock = StageClock(clock=TIME)
    assert not any(clock.fits("classifier", due_in(-1)) for _ in range(64))
    assert clock.fits("classifier", due_in(-1))


def test_a_stage_that_is_long_refused_is_tried_again():
    clock = StageClock(window=5, clock=TIME)
    clock.record("classifier", 100.0)
    fits = [clock.fits("classifier", due_in(1.0)) for _ in range(6)]
    assert fits == [False] * 5 + [True]
