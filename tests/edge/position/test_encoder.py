"""Positions from an encoder: roll-over, stop, ramp, reversal, lost counts, a lost camera."""

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
from edge.position.encoder import EncoderPosition, moves

MM = 0.1
LENGTH = 10.0
COUNTS = 100
"""Counts in a frame of 20 lines of 0.5 mm."""


class Feed:
    """Gives the count that it is told to."""

    def __init__(self, count=None):
        self.count = count
        self.closed = False

    def __call__(self, at):
        return self.count(at) if callable(self.count) else self.count

    def close(self):
        self.closed = True


def frame(number, count, at=None, lines=20):
    at = number * 0.01 if at is None else at
    return Frame(np.zeros((lines, 4), np.uint8), number, at, "x", encoder=count)


def position(**more):
    settings = {"mm_per_count": MM, "mm_per_line": 0.5, "speed_m_s": 1.0} | more
    follow = EncoderPosition(**settings)
    follow.start(0.0)
    return follow


def follow(counts, **more):
    by = position(**more)
    return [by.advance(frame(n, count)) for n, count in enumerate(counts)]


def test_frames_lie_where_the_count_says():
    places = follow([5000, 5100, 5200])
    assert [p.position_mm for p in places] == pytest.approx([0, 10, 20])
    assert [p.length_mm for p in places] == pytest.approx([10, 10, 10])
    assert places[-1].speed_m_s == pytest.approx(1.0)


@pytest.mark.parametrize("bits", [16, 32])
def test_a_counter_that_rolls_over_is_followed(bits):
    first = 2**bits - 150
    places = follow([(first + n * COUNTS) % 2**bits for n in range(5)], counter_bits=bits)
    assert [p.position_mm for p in places] == pytest.approx([0, 10, 20, 30, 40])


def test_an_encoder_may_count_down():
    places = follow([900, 800, 700], mm_per_count=-MM)
    assert [p.position_mm for p in places] == pytest.approx([0, 10, 20])


def test_while_the_strip_stands_nothing_passes():
    places = follow([0, 100, 100, 100, 200])
    assert [p.length_mm for p in places] == pytest.approx([10, 10, 0, 0, 10])
    assert [p.stands for p in places] == [False, False, True, True, False]
    assert places[3].position_mm == places[1].position_mm


def test_a_ramp_gives_the_speed_of_the_last_line():
    # The period shrinks as the strip gets faster; the count moves on by a frame each time.
    by, at = position(), 0.0
    for n in range(40):
        speed = 0.5 + n * 0.1
        at += LENGTH / 1000.0 / speed
        place = by.advance(frame(n, n * COUNTS, at))
    assert place.speed_m_s == pytest.approx(speed, rel=0.25)


def test_strip_that_comes_twice_counts_once():
    places = follow([0, 100, 200, 100, 0, 50, 150, 250, 350])
    assert [p.length_mm for p in places] == pytest.approx([10, 10, 10, 0, 0, 0, 0, 5, 10])
    assert [p.position_mm for p in places] == pytest.approx([0, 10, 20, 20, 10, 5, 15, 25, 35])
    assert sum(p.length_mm + p.missing_mm for p in places) == pytest.approx(45.0)


def test_lost_frames_share_what_passed_with_the_next():
    by = position()
    by.advance(frame(0, 0))
    place = by.advance(frame(3, 300))
    assert (place.missing, place.length_mm) == (2, pytest.approx(10.0))
    assert place.missing_mm == pytest.approx(20.0)


def test_frames_lost_while_the_strip_stood_are_no_strip():
    by = position()
    by.advance(frame(0, 0))
    place = by.advance(frame(5, 0))
    assert (place.missing, place.missing_mm, place.length_mm) == (4, 0.0, 0.0)


def test_strip_that_frames_do_not_show_is_missing():
    # A camera that is triggered by time while the strip runs at four times its speed.
    place = follow([0, 400])[1]
    assert place.length_mm == pytest.approx(10.0)
    assert place.missing_mm == pytest.approx(30.0)
    assert place.missing == 0


def test_a_scale_that_is_a_little_off_makes_no_gaps():
    places = follow([n * 103 for n in range(50)])
    assert sum(p.missing_mm for p in places) == 0.0
    assert sum(p.length_mm for p in places) == pytest.approx(10 + 49 * 10.3)


def test_a_frame_without_a_count_is_put_right_by_the_next():
    by = position()
    counts = [0, 100, None, 300, 400]
    items = [
        BadFrame(n, n * 0.01, "x", "unreadable") if c is None else frame(n, c)
        for n, c in enumerate(counts)
    ]
    places = [by.advance(item) for item in items]
    assert [p.length_mm for p in places] == pytest.approx([10] * 5)
    assert [p.missing_mm for p in places] == pytest.approx([0] * 5)


def test_counts_that_stay_away_are_said_once_and_time_takes_over():
    by = position(speed_m_s=2.0)
    items = [frame(n, n * COUNTS if n < 10 else None, n * 0.1) for n in range(60)]
    places = [by.advance(item) for item in items]
    (note,) = [note for place in places for note in place.notes]
    assert "No encoder count came with 16 frames" in note
    passed = sum(p.length_mm + p.missing_mm for p in places[30:])
    assert passed == pytest.approx(30 * 0.1 * 2000.0)
    assert "are back" in by.advance(frame(60, 61_000, 6.0)).notes[0]


def test_after_a_counter_reset_positions_continue():
    by = position()
    places = [by.advance(frame(n, c)) for n, c in enumerate([10**7, 10**7 + 100, 0, 100])]
    assert [p.length_mm for p in places] == pytest.approx([10] * 4)
    (note,) = [note for place in places for note in place.notes]
    assert "counter was probably reset" in note


def test_an_absence_is_measured_by_the_first_count_after_it():
    by = position()
    by.advance(frame(0, 0))
    gone = by.advance(Absence(1.0, "x", "camera lost"))
    assert (gone.missing_mm, gone.length_mm) == (0.0, 0.0)
    back = by.advance(frame(0, 5100, at=5.0))
    assert back.lost
    assert (back.missing_mm, back.length_mm) == (pytest.approx(500.0), pytest.approx(10.0))
    assert back.missing == 50


def test_a_camera_that_was_off_may_count_from_anywhere():
    by = position()
    by.advance(frame(0, 10**6, at=0.01))
    by.advance(Absence(5.0, "x", "camera lost"))
    back = by.advance(frame(0, 3, at=10.01))
    # By the nominal speed, 1 m/s, for 10 s.
    assert back.missing_mm + back.length_mm == pytest.approx(10_000.0)
    assert back.lost


def test_a_feed_measures_an_absence_at_once_and_knows_a_stop():
    feed = Feed(0)
    by = position(feed=feed)
    by.advance(frame(0, None))
    feed.count = 2000
    gone = by.advance(Absence(1.0, "x", "camera lost"))
    assert (gone.missing_mm, gone.missing, gone.stands) == (pytest.approx(200.0), 20, False)
    assert by.advance(Absence(2.0, "x", "camera lost")).stands
    feed.count = 2100
    back = by.advance(frame(70, None, at=2.5))
    assert (back.missing_mm, back.length_mm) == (pytest.approx(0.0), pytest.approx(10.0))
    by.close()
    assert feed.closed


@pytest.mark.parametrize(
    ("count", "moving"), [(7, False), (None, True), (lambda at: round(at * 1e4), True)]
)
def test_the_feed_tells_whether_the_strip_moves(count, moving):
    assert moves(Feed(count), lambda: 100.0) is moving


def item(kind, number, at, count):
    if kind == "absence":
        return Absence(at, "x", "camera lost")
    if kind == "bad":
        return BadFrame(number, at, "x", "unreadable", encoder=count)
    return frame(number, count, at)


def passed_by(steps, *, bits, fed):
    """Millimetres that passed, and the furthest that the strip ever got, over such steps."""
    first = total = furthest = 2**bits - 500
    feed = Feed(lambda _: total % 2**bits) if fed else None
    by = position(counter_bits=bits, feed=feed)
    number, passed = 0, 0.0
    for n, (move, skipped, kind) in enumerate([(0, 0, "frame"), *steps, (0, 0, "frame")]):
        total += move
        furthest = max(furthest, total)
        number += 1 + skipped
        place = by.advance(item(kind, number, n * 0.01, None if fed else total % 2**bits))
        assert place.length_mm >= 0 and place.missing_mm >= 0
        passed += place.length_mm + place.missing_mm
    return passed, LENGTH + (furthest - first) * MM


def steps(moves):
    kinds = st.sampled_from(["frame", "frame", "bad", "absence"])
    return st.lists(st.tuples(moves, st.integers(0, 3), kinds), max_size=60)


@given(steps(st.integers(-300, 300)), st.sampled_from([16, 32]))
def test_with_a_feed_what_passed_is_how_far_the_strip_ever_got(moves, bits):
    passed, furthest = passed_by(moves, bits=bits, fed=True)
    assert passed == pytest.approx(furthest)


@given(steps(st.integers(0, 300)), st.sampled_from([16, 32]))
def test_with_counts_on_frames_what_passed_is_how_far_the_strip_got(moves, bits):
    passed, furthest = passed_by(moves, bits=bits, fed=False)
    assert passed == pytest.approx(furthest)
