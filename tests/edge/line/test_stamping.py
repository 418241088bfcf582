"""Everything taken gets its order, place, time and deadline, and says what is worth saying."""

from __future__ import annotations

import math
import time

import pytest

from edge.config.line import LineConfig
from edge.core.events import EventKind
from edge.core.frame import Absence, Frame
from edge.line.stamping import FrameStamper
from edge.position.encoder import EncoderPosition
from edge.position.speed import SpeedPosition
from tests.edge.fakes import strip


def intake(position=None, *, live=True, **settings):
    told = []
    config = LineConfig(speed_m_s=1.0, **settings)
    by = position or SpeedPosition(speed_m_s=1.0, mm_per_line=config.along_mm, counts=True)
    return FrameStamper(config, by, live=live, tell=told.append), told


def frame(number, at=None, encoder=None):
    return Frame(strip(), number, time.monotonic() if at is None else at, "x", encoder=encoder)


def test_a_frame_is_placed_timed_and_due_a_period_after_its_last_line():
    admit, _ = intake(mm_per_px=0.4, mm_per_px_across=0.3)
    first, second = admit(frame(0)), admit(frame(1))
    assert (first.order, second.order) == (0, 1)
    assert second.item.position_mm == second.place.position_mm == 8.0
    assert (second.item.mm_per_line, second.item.mm_per_px_across) == (0.4, 0.3)
    assert second.due_at - second.item.taken_at == pytest.approx(0.008)
    assert admit.deadline_s == pytest.approx(0.008)
    assert abs(second.at - time.time()) < 5


def test_the_time_is_when_it_was_taken_not_when_it_came():
    admit, _ = intake()
    assert time.time() - admit(frame(0, time.monotonic() - 60)).at == pytest.approx(60, abs=5)


def test_a_budget_stands_for_the_period():
    admit, _ = intake(budget_ms=40.0)
    taken = admit(frame(0))
    assert taken.due_at - taken.item.taken_at == pytest.approx(0.040)


def test_a_camera_that_waits_has_no_deadline():
    admit, _ = intake(live=False)
    taken = admit(frame(0))
    assert taken.due_at == math.inf
    assert taken.deadline_s == pytest.approx(0.010)


def test_the_current_speed_gives_the_deadline():
    by = EncoderPosition(mm_per_count=0.1, mm_per_line=0.5, speed_m_s=1.0)
    admit, _ = intake(by)
    start = time.monotonic()
    # 10 mm in 20 ms each: half the nominal speed, so twice the time.
    taken = [admit(frame(n, start + n * 0.02, encoder=n * 100)) for n in range(8)]
    assert taken[0].deadline_s == pytest.approx(0.010)
    assert taken[-1].deadline_s == pytest.approx(0.020, rel=0.01)


def test_what_the_camera_and_the_encoder_have_to_say_is_told_at_once():
    by = EncoderPosition(mm_per_count=0.1, mm_per_line=0.5, speed_m_s=1.0)
    admit, told = intake(by)
    at = time.monotonic()
    admit(frame(0, at))
    admit(Absence(at + 1, "x", "camera lost"))
    for n in range(20):
        admit(frame(n, at + 2 + n * 0.01))
    assert [event.kind for event in told] == [
        EventKind.CAMERA_LOST,
        EventKind.CAMERA_BACK,
        EventKind.POSITION,
    ]
