"""Millimetres on the coil from numbers, or from speed and time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.frame import BadFrame, Frame
from edge.odometer import Odometer


def taken(number, at=0.0, lines=20):
    return Frame(np.zeros((lines, 4), np.uint8), number, at, "x")


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 40), st.booleans()), max_size=30))
def test_what_passed_is_frames_and_gaps_together(steps):
    odometer = Odometer(mm_per_line=0.5, speed_m_s=5.0, counts=True)
    number, end, total = 0, 0.0, 0.0
    for skipped, lines, readable in steps:
        number += skipped
        frame = taken(number, lines=lines) if readable else BadFrame(number, 0, "x", "late")
        place = odometer.advance(frame)
        assert place.missing == (skipped if end else 0)
        assert place.position_mm == pytest.approx(end + place.missing_mm)
        total += place.length_mm + place.missing_mm
        end = place.position_mm + place.length_mm
        number += 1
    assert end == pytest.approx(total)


def test_a_counter_that_begins_anywhere_begins_the_coil():
    odometer = Odometer(mm_per_line=0.5, speed_m_s=5.0, counts=True)
    assert odometer.advance(taken(1000)).position_mm == 0.0
    assert odometer.advance(taken(1003)).missing == 2


def test_a_counter_that_starts_anew_is_no_gap():
    odometer = Odometer(mm_per_line=0.5, speed_m_s=5.0, counts=True)
    odometer.advance(taken(50))
    place = odometer.advance(taken(0))
    assert (place.position_mm, place.missing) == (10.0, 0)


def test_frames_that_overlap_add_only_what_passed():
    odometer = Odometer(mm_per_line=0.5, speed_m_s=1.0, counts=False)
    places = [odometer.advance(taken(n, at=n * 0.004)) for n in range(5)]
    assert [p.length_mm for p in places] == pytest.approx([10, 4, 4, 4, 4])


def test_a_silence_is_strip_that_nobody_saw():
    odometer = Odometer(mm_per_line=0.5, speed_m_s=1.0, counts=False)
    odometer.advance(taken(0, at=0.0))
    place = odometer.advance(taken(1, at=1.0))
    assert (place.missing, place.missing_mm, place.length_mm) == (99, 990.0, 10.0)
