"""What a frame is still owed, and until when."""

from __future__ import annotations

import math

import pytest

from edge.core.inspection import Cause, Level, uninspected
from edge.line.background_cascade import BackgroundCascade
from edge.line.load_shedding import ShedStage
from edge.line.pending_frame import PendingFrame
from tests.edge.clock import FakeClock
from tests.edge.fakes import BlobInstances, cascade, frame, strip
from tests.edge.line.takes import BAD, captured

CLOCK = FakeClock()
FULL = cascade()
WITH_OUTLINES = cascade(instances=BlobInstances())


def seen(pixels=BAD, due_in_s=0.01):
    return captured(frame(pixels, 0, CLOCK), due_in_s=due_in_s, clock=CLOCK)


def late(of):
    return uninspected(of.item, Cause.LATE)


@pytest.mark.parametrize(
    ("judge", "pixels", "permit", "stage"),
    [
        (FULL, BAD, True, None),
        (FULL, BAD, False, ShedStage.CLASSES),
        (FULL, strip(), False, None),
        (WITH_OUTLINES, BAD, True, ShedStage.OUTLINES),
        (WITH_OUTLINES, BAD, False, ShedStage.CLASSES),
        (WITH_OUTLINES, strip(), True, None),
    ],
)
def test_the_next_stage_follows_from_the_inspection(judge, pixels, permit, stage):
    of = seen(pixels)
    inspection = judge.inspect(of.item, permit=lambda *_: permit)
    assert PendingFrame.at_turn(of, inspection, 1.0).stage is stage


def test_a_late_frame_with_pixels_needs_a_verdict():
    of = seen()
    assert PendingFrame.at_turn(of, late(of), 1.0).stage is ShedStage.VERDICT
    without = of.without_pixels(Cause.LATE)
    assert PendingFrame.at_turn(without, late(without), 1.0).stage is None


def test_a_faulty_picture_needs_no_stage():
    of = seen()
    assert PendingFrame.at_turn(of, uninspected(of.item, Cause.BLACK), 1.0).stage is None


def test_what_is_deferred_has_its_time_from_the_last_line_or_the_missed_deadline_on():
    of = seen(due_in_s=0.25)
    taken_at = of.item.taken_at
    assert PendingFrame.at_turn(of, FULL.inspect(of.item), 1.0).due_at == taken_at + 1.0
    assert PendingFrame.at_turn(of, late(of), 1.0).due_at == taken_at + 1.25
    assert PendingFrame.at_turn(of, late(of), math.inf).due_at == math.inf


def test_one_stage_follows_another_until_all_are_done():
    of = seen()
    pending = PendingFrame.at_turn(of, late(of), 1.0)
    pending.advance(WITH_OUTLINES.inspect(of.item, permit=lambda *_: False), CLOCK.now() + 0.4)
    assert pending.stage is ShedStage.CLASSES
    assert pending.late_verdict_ms == pytest.approx(400.0)
    pending.advance(WITH_OUTLINES.classify(of.item, pending.inspection), CLOCK.now() + 0.5)
    assert pending.stage is ShedStage.OUTLINES
    pending.advance(WITH_OUTLINES.outline(of.item, pending.inspection), CLOCK.now() + 0.6)
    assert (pending.stage, pending.inspection.level) == (None, Level.FULL)
    assert pending.late_verdict_ms == pytest.approx(400.0)


def test_after_a_restart_it_needs_a_verdict_again():
    of = seen()
    pending = PendingFrame.at_turn(of, WITH_OUTLINES.inspect(of.item), 1.0)
    others = BackgroundCascade(lambda heed: WITH_OUTLINES)
    pending.restart(others)
    assert (pending.stage, pending.background) == (ShedStage.VERDICT, others)
    pending.advance(FULL.inspect(of.item), CLOCK.now())
    assert (pending.stage, pending.late_verdict_ms) == (None, None)
