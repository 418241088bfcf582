"""Millimetres on the coil from numbers, or from speed and time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.core.frame import (
    Absence,
    BadFrame,
    Frame,
)
from edge.position.speed import SpeedPosition


def taken(number, at=0.0, lines=20):
    return Frame(np.zeros((lines, 4), np.uint8), number, at, "x")


def gone(at):
    return Absence(at, "x", "camera lost")


def position(*, speed_m_s=5.0, counts=True, **more):
    return SpeedPosition(mm_per_line=0.5, speed_m_s=speed_m_s, counts=counts, **more)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 40), st.booleans()), max_size=30))
def test_what_passed_is_frames_and_gaps_together(steps):
    follow = position()
    number, end, total = 0, 0.0, 0.0
    for skipped, lines, readable in steps:
        number += skipped
        frame = taken(number, lines=lines) if readable else BadFrame(number, 0, "x", "late")
        place = follow.advance(frame)
        assert place.missing == (skipped if end else 0)
        assert place.position_mm == pytest.approx(end + place.missing_mm)
        total += place.length_mm + place.missing_mm
        end = place.position_mm + place.length_mm
        number += 1
    assert end == pytest.approx(total)


def test_a_counter_that_begins_anywhere_begins_the_coil():
    follow = position()
    assert follow.advance(taken(1000)).position_mm == 0.0
    assert follow.advance(taken(1003)).missing == 2


def test_a_counter_reset_is_no_gap():
    follow = position()
    follow.advance(taken(50))
    place = follow.advance(taken(0))
    assert (place.position_mm, place.missing) == (10.0, 0)


def test_frames_that_overlap_add_only_what_passed():
    follow = position(speed_m_s=1.0, counts=False)
    places = [follow.advance(taken(n, at=n * 0.004)) for n in range(5)]
    assert [p.length_mm for p in places] == pytest.approx([10, 4, 4, 4, 4])


def test_a_silence_is_strip_that_nobody_saw():
    follow = position(speed_m_s=1.0, counts=False)
    follow.advance(taken(0, at=0.0))
    place = follow.advance(taken(1, at=1.0))
    assert (place.missing, place.missing_mm, place.length_mm) == (99, 990.0, 10.0)


def test_a_frame_that_cannot_be_read_is_as_long_as_others():
    assert position(lines=100).advance(BadFrame(0, 0.0, "x", "unreadable")).length_mm == 50.0


@pytest.mark.parametrize("counts", [True, False])
def test_an_absence_is_speed_times_time_whatever_numbers_come_after_it(counts):
    follow = position(speed_m_s=1.0, counts=counts)
    follow.advance(taken(7, at=10.0))
    places = [follow.advance(item) for item in (gone(11.0), gone(13.0), taken(90, at=13.5))]
    assert [p.missing_mm for p in places] == pytest.approx([1000, 2000, 490])
    assert [p.lost for p in places] == [True, True, True]
    assert places[1].position_mm == pytest.approx(3010.0)
    assert places[2].position_mm == pytest.approx(3500.0)
    assert sum(p.missing for p in places) == 349
    after = follow.advance(taken(91, at=13.51))
    assert (after.missing_mm, after.lost) == (0.0, False)
    assert after.length_mm == pytest.approx(10.0)


def test_strip_that_passes_before_the_camera_is_there_counts():
    follow = position(speed_m_s=1.0)
    follow.start(5.0)
    assert follow.advance(gone(7.0)).missing_mm == pytest.approx(2000.0)


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans()), min_size=1, max_size=30))
def test_beside_absences_what_passed_is_never_more_than_speed_times_time_and_a_frame(steps):
    follow = position(speed_m_s=1.0, counts=False)
    follow.start(0.0)
    at, passed = 0.0, 0.0
    for number, (wait, absent) in enumerate(steps):
        at += wait
        place = follow.advance(gone(at) if absent else taken(number, at=at))
        passed += place.length_mm + place.missing_mm
    assert passed <= at * 1000.0 + 10.0 + 1e-6
    assert place.position_mm + place.length_mm == pytest.approx(passed)


@pytest.mark.parametrize("counts", [True, False])
def test_frames_held_up_until_after_an_absence_was_told_count_no_strip_twice(counts):
    follow = position(counts=counts)
    period = 0.002
    at = [i * period for i in range(100)]
    total = sum(follow.advance(taken(i, t)).length_mm for i, t in enumerate(at[:50]))
    total += follow.advance(gone(at[60])).missing_mm
    for i, t in enumerate(at[50:], 50):
        place = follow.advance(taken(i, t))
        total += place.length_mm + place.missing_mm
    assert total == pytest.approx(100 * 10, abs=15)
