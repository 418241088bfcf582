"""The highest sustained speed is found, and what a run must show is judged from its figures."""

from __future__ import annotations

from functools import partial

import pytest

from benchmarks.line_runs import Run, StageCounts
from benchmarks.line_speed import highest
from edge.core.inspection import Inspection, Level


def done(*, speed_m_s=5.0, p99=10.0, full=1000.0, passed=1000.0, shares=None, **_):
    coverage = {"full": full, "uninspected": passed - full, "passed_mm": passed}
    levels = {"full": 8, "uninspected": 0}
    summary = {"coverage": coverage, "levels": levels, "frames": 8, "gaps": 0, "events": {}}
    summary["latency_ms"] = {"p99": p99}
    return Run(speed_m_s, summary, shares or {}, p99 or 0.0, 250, None)


@pytest.mark.parametrize("limit", [0.3, 1.0, 7.7, 60.0])
def test_the_highest_speed_is_found_within_two_per_cent(limit):
    def run(speed_m_s, seed):
        return done(speed_m_s=speed_m_s, p99=0.0 if speed_m_s <= limit else 1e9)

    assert limit / 1.03 <= highest(partial(run), show=False) <= limit


def test_a_machine_that_is_too_slow_for_any_has_none():
    assert highest(partial(done, full=0.0), show=False) is None


@pytest.mark.parametrize(
    ("figures", "sustained"),
    [({}, True), ({"p99": 25.1}, False), ({"full": 999.0}, False), ({"p99": None}, False)],
)
def test_sustained_is_every_millimetre_in_full_and_in_time(figures, sustained):
    assert done(**figures).sustained is sustained


@pytest.mark.parametrize(
    ("outlines", "classes", "verdict", "held"),
    [(0.0, 0.5, 0.9, True), (1.0, 1.0, 1.0, True), (0.5, 0.2, 1.0, False), (1.0, 1.0, 0.9, False)],
)
def test_outlines_go_before_classes_and_those_before_verdicts(outlines, classes, verdict, held):
    shares = {"outlines": outlines, "classes": classes, "verdict": verdict}
    assert done(shares=shares).in_order is held


def test_shares_are_of_the_frames_that_needed_a_stage():
    counts = StageCounts()
    box = ((0, 0, 1, 1),)
    for level, suspicious, defective in [
        (Level.FULL, (), False),
        (Level.FULL, box, True),
        (Level.CLASSIFIED, box, True),
        (Level.GATED, box, True),
        (Level.UNINSPECTED, (), False),
    ]:
        counts.write(Inspection("x", 0, level, suspicious=suspicious, defective=defective), None)
    assert counts.shares == {"outlines": 1 / 2, "classes": 2 / 3, "verdict": 4 / 5}
