"""Everything captured gets its order, place, time and deadline, and says what is worth saying."""

from __future__ import annotations

import math

import pytest

from edge.config.line import LineConfig
from edge.core.events import EventKind
from edge.core.frame import Absence, BadFrame, Frame
from edge.line.run_state import RunState
from edge.line.stamping import FrameStamper
from edge.position.encoder import EncoderPosition
from edge.position.speed import SpeedPosition
from tests.edge.clock import FakeClock
from tests.edge.fakes import strip

CLOCK = FakeClock()


def stamper(position=None, *, live=True, **settings):
    config = LineConfig(speed_m_s=1.0, **settings)
    by = position or SpeedPosition(speed_m_s=1.0, mm_per_line=config.along_mm, counts=True)
    run = RunState(live=live, clock=CLOCK)
    return FrameStamper(config, by, run), run


def frame(number, at=None, encoder=None):
    return Frame(strip(), number, CLOCK.now() if at is None else at, "x", encoder=encoder)


def test_a_frame_is_placed_timed_and_due_a_period_after_its_last_line():
    stamp, run = stamper(mm_per_px=0.4, mm_per_px_across=0.3)
    first, second = stamp(frame(0)), stamp(frame(1))
    assert (first.order, second.order) == (0, 1)
    assert second.item.position_mm == second.place.position_mm == run.position_mm == 8.0
    assert second.item.length_mm == second.place.length_mm == 8.0
    assert (second.item.mm_per_line, second.item.mm_per_px_across) == (0.4, 0.3)
    assert second.due_at - second.item.taken_at == pytest.approx(0.008)
    assert run.deadline_s == pytest.approx(0.008)
    assert second.item.at == CLOCK.wall()


def test_a_frame_that_cannot_be_inspected_is_placed_too():
    stamp, _ = stamper()
    stamp(frame(0))
    bad = stamp(BadFrame(1, CLOCK.now(), "x", "unreadable")).item
    assert (bad.position_mm, bad.length_mm, bad.at) == (10.0, 10.0, CLOCK.wall())


def test_strip_that_was_seen_before_adds_nothing_to_what_passed():
    by = EncoderPosition(mm_per_count=0.1, mm_per_line=0.5, speed_m_s=1.0)
    stamp, _ = stamper(by)
    start = CLOCK.now()
    counts = [0, 100, 100]
    items = [stamp(frame(n, start + n * 0.01, encoder=count)) for n, count in enumerate(counts)]
    assert [each.item.length_mm for each in items] == [10.0, 10.0, 0.0]


def test_the_time_is_when_it_was_taken_not_when_it_came():
    stamp, _ = stamper()
    assert CLOCK.wall() - stamp(frame(0, CLOCK.now() - 60)).item.at == pytest.approx(60)


def test_a_budget_stands_for_the_period():
    stamp, _ = stamper(budget_ms=40.0)
    first = stamp(frame(0))
    assert first.due_at - first.item.taken_at == pytest.approx(0.040)


def test_a_camera_that_waits_has_no_deadline():
    stamp, _ = stamper(live=False)
    first = stamp(frame(0))
    assert first.due_at == math.inf
    assert first.deadline_s == pytest.approx(0.010)


def test_the_current_speed_gives_the_deadline():
    by = EncoderPosition(mm_per_count=0.1, mm_per_line=0.5, speed_m_s=1.0)
    stamp, _ = stamper(by)
    start = CLOCK.now()
    # 10 mm in 20 ms each: half the nominal speed, so twice the time.
    given = [stamp(frame(n, start + n * 0.02, encoder=n * 100)) for n in range(8)]
    assert given[0].deadline_s == pytest.approx(0.010)
    assert given[-1].deadline_s == pytest.approx(0.020, rel=0.01)


def test_what_the_camera_and_the_encoder_have_to_say_is_told_at_once():
    by = EncoderPosition(mm_per_count=0.1, mm_per_line=0.5, speed_m_s=1.0)
    stamp, run = stamper(by)
    at = CLOCK.now()
    stamp(frame(0, at))
    stamp(Absence(at + 1, "x", "camera lost"))
    for n in range(20):
        stamp(frame(n, at + 2 + n * 0.01))
    told = []
    run.events.pass_on(told.append)
    assert [event.kind for event in told] == [
        EventKind.CAMERA_LOST,
        EventKind.CAMERA_BACK,
        EventKind.POSITION,
    ]
    assert len(run.records) == 3
