"""Millimetres by level add up to what passed, to the last digit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.core.coverage import Coverage
from edge.core.inspection import (
    Cause,
    Inspection,
    Level,
)

pieces = st.lists(st.tuples(st.sampled_from(Level), st.floats(0, 1e6)), max_size=50)


@given(pieces, st.lists(st.floats(0, 1e6), max_size=5))
def test_the_levels_add_up(frames, gaps):
    coverage = Coverage()
    for level, length in frames:
        cause = Cause.LATE if level is Level.UNINSPECTED else None
        coverage.add(Inspection("x", 0, level, length_mm=length, cause=cause))
    for length in gaps:
        coverage.add_gap(length, Cause.DROPPED)
    figures = coverage.as_json()
    assert set(figures) == {"full", "classified", "gated", "uninspected", "passed_mm"}
    assert sum(figures[level.value] for level in Level) == figures["passed_mm"]
    assert coverage.frames.total() == len(frames)


def test_shares_of_nothing_are_nothing():
    assert Coverage().share(Level.FULL) == 0.0
