"""What is deferred is caught up by one thread, ends once, and is given up in the stated order."""

from __future__ import annotations

import math
import os
import sys
import threading
from dataclasses import replace

import pytest

from edge.core.errors import BundleError, EngineError
from edge.core.inspection import (
    Cause,
    Level,
    uninspected,
)
from edge.line.background_cascade import BackgroundCascade
from edge.line.deferred_queue import DeferredQueue
from edge.line.load_shedding import ShedStage
from edge.line.pending_frame import PendingFrame
from tests.edge.clock import FakeClock
from tests.edge.fakes import BlobInstances, cascade, frame
from tests.edge.line.takes import BAD, captured, until

CLOCK = FakeClock()
"""It stands still but where a test moves it."""


class Gated(BlobInstances):
    """Outlines that wait until they are let go."""

    def __init__(self):
        super().__init__()
        self.go = threading.Event()
        self.begun = threading.Event()

    def find(self, pixels, suspicious=None):
        self.begun.set()
        assert self.go.wait(60)
        return super().find(pixels, suspicious)


class Completed:
    """Takes frames: (order, level, whether it got every stage)."""

    def __init__(self):
        self.seen = []

    def __call__(self, frame):
        self.seen.append((frame.captured.order, frame.inspection.level, frame.stage is None))

    @property
    def orders(self):
        return [order for order, _, _ in self.seen]


@pytest.fixture
def completed():
    return Completed()


@pytest.fixture
def queue(completed):
    made = []

    def make(**settings):
        made.append(DeferredQueue(completed, clock=CLOCK, **settings))
        return made[-1]

    yield make
    for each in made:
        each.close()


def background(instances=None):
    return BackgroundCascade(lambda heed: cascade(instances=instances or BlobInstances()), CLOCK)


def unoutlined():
    return BackgroundCascade(lambda heed: cascade(), CLOCK)


def pending(order, by, *, level=Level.CLASSIFIED, due_in_s=math.inf):
    """A frame with a spot whose verdict went as far as ``level``."""
    seen = captured(frame(BAD, order, CLOCK), order, clock=CLOCK)
    due_at = CLOCK.now() + due_in_s
    if level is Level.UNINSPECTED:
        return PendingFrame(seen, uninspected(seen.item, Cause.LATE), due_at, by)
    judge = cascade(instances=BlobInstances())
    permit = (lambda *_: False) if level is Level.GATED else None
    inspection = judge.inspect(seen.item, permit=permit)
    assert inspection.level is level
    return PendingFrame(seen, inspection, due_at, by)


def test_outlines_are_drawn_as_they_would_have_been_at_once(queue, completed):
    waiting, by = queue(), background()
    item = pending(3, by)
    waiting.put(item)
    waiting.start()
    until(lambda: completed.seen)
    assert completed.seen == [(3, Level.FULL, True)]
    judge = cascade(instances=BlobInstances())
    at_once = judge.outline(item.captured.item, judge.inspect(item.captured.item))
    assert item.inspection.defects == at_once.defects
    assert (item.inspection.position_mm, item.inspection.length_mm) == (30.0, 10.0)


def test_a_late_classifier_is_followed_by_the_outlines_it_asks_for(queue, completed):
    waiting, by = queue(), background()
    item = pending(0, by, level=Level.GATED)
    assert [d.class_name for d in item.inspection.defects] == [""]
    waiting.put(item)
    waiting.start()
    until(lambda: completed.seen)
    assert completed.seen == [(0, Level.FULL, True)]
    assert [d.class_name for d in item.inspection.defects] == ["spot"]
    assert item.inspection.position_mm == 0.0 and item.inspection.at > 0


def test_a_frame_without_a_verdict_gets_it_and_all_that_it_leads_to(queue, completed):
    waiting, by = queue(), background()
    item, other = pending(4, by, level=Level.UNINSPECTED), pending(5, by)
    waiting.put(item)
    waiting.put(other)
    CLOCK.advance(0.2)
    waiting.start()
    until(lambda: len(completed.seen) == 2)
    assert completed.seen[0] == (4, Level.FULL, True)
    assert [d.class_name for d in item.inspection.defects] == ["spot"]
    assert item.inspection.position_mm == 40.0 and item.inspection.cause is None
    assert item.late_verdict_ms == pytest.approx(200.0)
    assert other.late_verdict_ms is None


def test_verdicts_are_caught_up_before_classes_and_those_before_outlines(queue, completed):
    waiting, by = queue(), background()
    for order in (0, 1):
        waiting.put(pending(order, by))
    waiting.put(pending(2, unoutlined(), level=Level.GATED))
    waiting.put(pending(3, unoutlined(), level=Level.UNINSPECTED))
    waiting.start()
    until(lambda: len(completed.seen) == 4)
    assert completed.orders == [3, 2, 0, 1]


def test_where_there_is_no_room_outlines_go_then_classes_and_the_oldest_first(queue, completed):
    waiting, by = queue(size=3), background()
    late, gated, classified = Level.UNINSPECTED, Level.GATED, Level.CLASSIFIED
    for order, level in enumerate([late, gated, classified, classified, gated, gated]):
        waiting.put(pending(order, by, level=level))
    assert completed.seen == [(2, classified, False), (3, classified, False), (1, gated, False)]
    assert waiting.full
    for order in (6, 7, 8):
        waiting.put(pending(order, by, level=late))
    assert completed.seen[3:] == [(4, gated, False), (5, gated, False), (0, late, False)]


def test_outlines_do_not_displace_more_urgent_frames(queue, completed):
    waiting, by = queue(size=2), background()
    for order, level in enumerate([Level.UNINSPECTED, Level.GATED, Level.CLASSIFIED]):
        waiting.put(pending(order, by, level=level))
    assert completed.seen == [(2, Level.CLASSIFIED, False)]


def test_a_verdict_that_comes_after_a_frame_has_gone_changes_nothing(queue, completed):
    begun, go, slow = threading.Event(), threading.Event(), cascade()
    inspect = slow.inspect

    def held(frame, **more):
        begun.set()
        go.wait(60)
        return inspect(frame, **more)

    slow.inspect = held
    waiting = queue()
    late = pending(
        0, BackgroundCascade(lambda heed: slow, CLOCK), level=Level.UNINSPECTED, due_in_s=0.5
    )
    other = pending(1, background())
    waiting.put(late)
    waiting.put(other)
    waiting.start()
    begun.wait(60)
    CLOCK.advance(0.6)
    waiting.expire()
    assert completed.seen == [(0, Level.UNINSPECTED, False)]
    go.set()
    until(lambda: len(completed.seen) == 2)
    assert (late.inspection.cause, late.late_verdict_ms) == (Cause.LATE, None)


def test_a_late_frame_of_a_wrong_size_is_named_and_was_no_verdict(queue, completed):
    waiting = queue()
    item = pending(0, BackgroundCascade(lambda heed: cascade(), CLOCK), level=Level.UNINSPECTED)
    small = replace(item.captured.item, pixels=item.captured.item.pixels[:2])
    item.captured = replace(item.captured, item=small)
    waiting.put(item)
    waiting.start()
    until(lambda: completed.seen)
    assert completed.seen == [(0, Level.UNINSPECTED, True)]
    assert (item.inspection.cause, item.late_verdict_ms) == (Cause.WRONG_SIZE, None)


def test_the_current_frame_is_not_displaced(queue, completed):
    slow = Gated()
    waiting, by = queue(size=2), background(slow)
    waiting.put(pending(0, by))
    waiting.start()
    slow.begun.wait(60)
    for order in (1, 2):
        waiting.put(pending(order, by))
    assert completed.seen == [(1, Level.CLASSIFIED, False)]
    slow.go.set()
    until(lambda: len(completed.seen) == 3)
    assert completed.seen[1:] == [(0, Level.FULL, True), (2, Level.FULL, True)]


def test_a_frame_whose_time_is_over_is_completed_once(queue, completed):
    slow = Gated()
    waiting, by = queue(), background(slow)
    waiting.put(pending(0, by, due_in_s=0.5))
    waiting.put(pending(1, by, due_in_s=60.0))
    waiting.start()
    slow.begun.wait(60)
    CLOCK.advance(0.6)
    waiting.expire()
    assert completed.seen == [(0, Level.CLASSIFIED, False)]
    slow.go.set()
    until(lambda: len(completed.seen) == 2)
    assert completed.seen[1:] == [(1, Level.FULL, True)]


def test_a_stage_that_would_be_late_does_not_start(queue, completed):
    model = BlobInstances()
    waiting, by = queue(), background(model)
    by.stage_clock.record(ShedStage.OUTLINES.name, 5.0)
    waiting.put(pending(0, by, due_in_s=1.0))
    waiting.start()
    until(lambda: completed.seen)
    assert completed.seen == [(0, Level.CLASSIFIED, False)]
    assert model.asked == []


def test_a_late_classifier_without_time_for_outlines_leaves_it_classified(queue, completed):
    waiting, by = queue(), background()
    by.stage_clock.record(ShedStage.OUTLINES.name, 5.0)
    waiting.put(pending(0, by, level=Level.GATED, due_in_s=1.0))
    waiting.start()
    until(lambda: completed.seen)
    assert completed.seen == [(0, Level.CLASSIFIED, False)]


@pytest.mark.parametrize(
    ("strain", "caught_up"),
    [
        (None, [1, 0]),
        (ShedStage.OUTLINES, [1, 0]),
        (ShedStage.CLASSES, [1]),
        (ShedStage.VERDICT, []),
    ],
)
def test_a_less_important_stage_waits_while_load_is_shed(queue, completed, strain, caught_up):
    now = [strain]
    waiting, by = queue(recently_shed=lambda: now[0]), unoutlined()
    outlines = pending(0, background())
    waiting.put(outlines)
    waiting.put(pending(1, by, level=Level.GATED))
    waiting.start()
    until(lambda: completed.orders == caught_up and CLOCK.waiting)
    for _ in range(5):
        CLOCK.advance(0.02)
        until(lambda: CLOCK.waiting)
    assert completed.orders == caught_up
    now[0] = None
    CLOCK.advance(0.02)
    until(lambda: completed.orders == [1, 0])


@pytest.mark.parametrize("level", [Level.CLASSIFIED, Level.UNINSPECTED])
def test_closing_completes_all_frames(queue, completed, level):
    slow = Gated()
    waiting, by = queue(), background(slow)
    waiting.put(pending(0, by))
    waiting.start()
    slow.begun.wait(60)
    for order in (1, 2):
        waiting.put(pending(order, by, level=level))
    let_go = threading.Thread(target=lambda: until(lambda: completed.seen[2:]) or slow.go.set())
    let_go.start()
    waiting.close()
    let_go.join()
    levels = [Level.CLASSIFIED, level, level]
    assert completed.seen == [(order, level, False) for order, level in enumerate(levels)]
    assert not waiting._thread.is_alive()


def test_each_frame_is_caught_up_by_the_models_that_judged_it(queue, completed):
    old, new = BlobInstances(), BlobInstances()
    waiting = queue()
    before, after = background(old), background(new)
    for order, by in enumerate([before, before, after]):
        waiting.put(pending(order, by))
    waiting.start()
    until(lambda: len(completed.seen) == 3)
    assert (len(old.asked), len(new.asked)) == (2, 1)


def test_a_late_frame_is_judged_by_others_where_its_models_fail(queue, completed):
    broken = cascade()

    def fail(frame, **more):
        raise EngineError("gone mad")

    broken.inspect = fail
    bad, good, waiting = BackgroundCascade(lambda heed: broken, CLOCK), background(), queue()
    item = pending(0, bad, level=Level.UNINSPECTED)
    waiting.put(item)
    waiting.start()
    until(lambda: waiting.fault is not None)
    waiting.resume(bad, good)
    until(lambda: completed.seen)
    assert completed.seen == [(0, Level.FULL, True)] and item.late_verdict_ms is not None


def test_models_that_fail_are_named_and_others_judge_anew(queue, completed):
    class Broken(BlobInstances):
        def find(self, pixels, suspicious=None):
            raise EngineError("gone mad")

    waiting = queue()
    bad, good, other = background(Broken()), background(), background()
    waiting.put(pending(0, bad))
    waiting.put(pending(1, other))
    waiting.start()
    until(lambda: waiting.fault is not None)
    failed, error = waiting.fault
    assert failed is bad and str(error) == "gone mad"
    assert completed.seen == []
    waiting.resume(bad, good)
    until(lambda: len(completed.seen) == 2)
    assert completed.seen == [(0, Level.FULL, True), (1, Level.FULL, True)]


def test_a_background_cascade_is_loaded_once_and_only_when_it_is_asked(queue, completed):
    loaded = []

    def load(heed):
        loaded.append(threading.current_thread().name)
        return cascade(instances=BlobInstances())

    waiting, by = queue(), BackgroundCascade(load, CLOCK)
    waiting.start()
    assert loaded == []
    for order in range(2):
        waiting.put(pending(order, by))
    until(lambda: len(completed.seen) == 2)
    assert loaded == ["deferred"]


def test_it_may_be_loaded_ahead_and_what_is_put_meanwhile_waits_for_it(queue, completed):
    go, loaded = threading.Event(), []

    def load(heed):
        loaded.append(threading.current_thread().name)
        go.wait(60)
        return cascade(instances=BlobInstances())

    waiting, by = queue(), BackgroundCascade(load, CLOCK)
    waiting.start(by)
    until(lambda: loaded)
    waiting.put(pending(0, by))
    waiting.put(pending(1, by, due_in_s=0.0))
    waiting.expire()
    assert completed.seen == [(1, Level.CLASSIFIED, False)]
    go.set()
    until(lambda: len(completed.seen) == 2)
    assert completed.seen[1:] == [(0, Level.FULL, True)]
    assert loaded == ["deferred"]


def test_one_that_fails_ahead_is_named_before_anything_is_put(queue, completed):
    def load(heed):
        raise BundleError("it scores golden frames otherwise")

    waiting, bad, good = queue(), BackgroundCascade(load, CLOCK), background()
    waiting.start(bad)
    until(lambda: waiting.fault is not None)
    failed, error = waiting.fault
    assert failed is bad and isinstance(error, BundleError)
    waiting.put(pending(0, bad))
    waiting.resume(bad, good)
    until(lambda: completed.seen)
    assert completed.seen == [(0, Level.FULL, True)]


@pytest.mark.parametrize("ahead", [True, False])
def test_closing_does_not_wait_for_a_verification(queue, completed, ahead):
    begun = threading.Event()

    def load(heed):
        begun.set()
        while True:  # A proof without end, but for who heeds.
            heed()

    waiting, by = queue(), BackgroundCascade(load, CLOCK)
    waiting.start(by if ahead else None)
    waiting.put(pending(0, by))
    assert begun.wait(60)
    waiting.close()
    assert not waiting._thread.is_alive()
    assert completed.seen == [(0, Level.CLASSIFIED, False)]
    assert waiting.fault is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")
def test_only_its_thread_has_low_priority(queue, completed):
    seen = []

    class Looking(BlobInstances):
        def find(self, pixels, suspicious=None):
            seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
            return super().find(pixels, suspicious)

    before = os.getpriority(os.PRIO_PROCESS, 0)
    waiting = queue(nice=min(19, before + 3))
    waiting.put(pending(0, background(Looking())))
    waiting.start()
    until(lambda: completed.seen)
    assert seen == [min(19, before + 3)]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


def test_where_priorities_may_not_be_set_it_works_all_the_same(queue, completed, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "setpriority", refuse)
    waiting = queue()
    waiting.put(pending(0, background()))
    waiting.start()
    until(lambda: completed.seen)


def test_defects_given_up_keep_what_the_verdict_found(queue, completed):
    waiting = queue(size=1)
    first = pending(0, background())
    kept = replace(first.inspection)
    waiting.put(first)
    waiting.put(pending(1, background()))
    assert first.inspection == kept
