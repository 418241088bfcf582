"""The time a frame has, and whether a stage fits in it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.core.time_budget import (
    LONGEST_S,
    StageClock,
    period_s,
    verdict_s,
)


@pytest.mark.parametrize(
    ("lines", "mm", "speed", "seconds"),
    [(256, 0.5, 5.0, 0.0256), (256, 0.5, 10.0, 0.0128), (1000, 1.0, 1.0, 1.0)],
)
def test_the_period_is_the_time_the_frame_takes_to_pass(lines, mm, speed, seconds):
    assert period_s(lines, mm, speed) == pytest.approx(seconds)


def test_a_stage_fits_until_its_recent_runs_say_otherwise():
    clock = StageClock(window=10)
    due = time.monotonic() + 0.5
    assert clock.fits("classifier", due)
    clock.record("classifier", 2.0)
    assert not clock.fits("classifier", due)
    for _ in range(10):
        clock.record("classifier", 0.001)
    assert clock.fits("classifier", due)


def test_what_a_stage_needs_is_counted_by_region():
    clock = StageClock()
    clock.record("classifier", 1.6, regions=16)
    due = time.monotonic() + 0.5
    assert clock.fits("classifier", due, regions=1)
    assert not clock.fits("classifier", due, regions=16)


def test_what_a_run_costs_whatever_its_regions_is_not_counted_for_each():
    clock = StageClock()
    for regions in (1, 1, 1, 2, 2, 4, 1, 3):
        clock.record("classifier", 0.003 + 0.001 * regions, regions)
    assert clock.p95_s("classifier", 1) == pytest.approx(0.004)
    assert clock.p95_s("classifier", 16) == pytest.approx(0.019)


@given(
    runs=st.lists(st.tuples(st.integers(1, 16), st.floats(1e-5, 1.0)), min_size=1, max_size=70),
    regions=st.integers(1, 16),
)
def test_what_a_stage_would_need_is_finite_and_more_for_more_regions(runs, regions):
    clock = StageClock()
    for count, seconds in runs:
        clock.record("classifier", seconds, count)
    needed = clock.p95_s("classifier", regions)
    assert 0 < needed <= clock.p95_s("classifier", regions + 1) < 1e4


def test_frames_of_many_regions_are_tried_again_though_those_of_one_run():
    clock = StageClock(window=10)
    for _ in range(10):
        clock.record("classifier", 0.01, 1)
    passed = 0
    for _ in range(25):
        clock.record("classifier", 0.01, 1)
        passed += clock.fits("classifier", time.monotonic() + 0.1, 16)
    assert passed >= 1


def test_a_stage_that_never_ran_is_refused_and_then_tried():
    clock = StageClock()
    assert not any(clock.fits("classifier", time.monotonic() - 1) for _ in range(64))
    assert clock.fits("classifier", time.monotonic() - 1)


def test_a_stage_that_is_long_refused_is_tried_again():
    clock = StageClock(window=5)
    clock.record("classifier", 100.0)
    due = time.monotonic() + 1.0
    assert [clock.fits("classifier", due) for _ in range(6)] == [False] * 5 + [True]


@pytest.mark.parametrize(
    ("speed", "budget_s", "seconds"),
    [(5.0, None, 0.0256), (5.0, 0.1, 0.1), (0.0, None, LONGEST_S), (1e-9, None, LONGEST_S)],
)
def test_a_verdict_may_take_the_budget_or_the_period_and_never_for_ever(speed, budget_s, seconds):
    assert verdict_s(256, 0.5, speed, budget_s) == pytest.approx(seconds)
