"""What is owed is caught up by one thread, settles once, and is given up in the stated order."""

from __future__ import annotations

import math
import os
import sys
import threading
import time
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
from edge.line.deferred_work import DeferredWork
from edge.line.load_shedding import ShedStage
from tests.edge.fakes import BlobInstances, cascade, frame
from tests.edge.line.takes import BAD, taken, until


class Gated(BlobInstances):
    """Outlines that wait until they are let go."""

    def __init__(self):
        super().__init__()
        self.go = threading.Event()
        self.begun = threading.Event()

    def find(self, pixels, suspicious=None):
        self.begun.set()
        self.go.wait(30)
        return super().find(pixels, suspicious)


class Settled:
    def __init__(self):
        self.seen = []

    def __call__(self, owed, whole):
        self.seen.append((owed.taken.order, owed.inspection.level, whole))

    @property
    def orders(self):
        return [order for order, _, _ in self.seen]


@pytest.fixture
def settled():
    return Settled()


@pytest.fixture
def arrears(settled):
    made = []

    def make(**settings):
        made.append(DeferredQueue(settled, **settings))
        return made[-1]

    yield make
    for each in made:
        each.close()


def spare(instances=None):
    return BackgroundCascade(lambda heed: cascade(instances=instances or BlobInstances()))


def unoutlined():
    return BackgroundCascade(lambda heed: cascade())


def owed(order, by, *, level=Level.CLASSIFIED, due_in_s=math.inf):
    """A frame with a spot whose verdict went as far as ``level``."""
    seen = taken(frame(BAD, order), order)
    if level is Level.UNINSPECTED:
        late = seen.placed(uninspected(seen.item, Cause.LATE))
        return DeferredWork(seen, late, by, time.monotonic() + due_in_s)
    judge = cascade(instances=BlobInstances())
    permit = (lambda *_: False) if level is Level.GATED else None
    inspection = seen.placed(judge.inspect(seen.item, permit=permit))
    assert inspection.level is level
    return DeferredWork(seen, inspection, by, time.monotonic() + due_in_s)


def test_outlines_are_drawn_as_they_would_have_been_at_once(arrears, settled):
    waiting, by = arrears(), spare()
    item = owed(3, by)
    waiting.put(item)
    waiting.start()
    until(lambda: settled.seen)
    assert settled.seen == [(3, Level.FULL, True)]
    judge = cascade(instances=BlobInstances())
    at_once = judge.outline(item.taken.item, judge.inspect(item.taken.item))
    assert item.inspection.defects == at_once.defects
    assert (item.inspection.position_mm, item.inspection.length_mm) == (30.0, 10.0)


def test_a_late_classifier_is_followed_by_the_outlines_it_wants(arrears, settled):
    waiting, by = arrears(), spare()
    item = owed(0, by, level=Level.GATED)
    assert [d.class_name for d in item.inspection.defects] == [""]
    waiting.put(item)
    waiting.start()
    until(lambda: settled.seen)
    assert settled.seen == [(0, Level.FULL, True)]
    assert [d.class_name for d in item.inspection.defects] == ["spot"]
    assert item.inspection.position_mm == 0.0 and item.inspection.at > 0


def test_a_frame_without_a_verdict_gets_it_and_all_that_it_leads_to(arrears, settled):
    waiting, by = arrears(), spare()
    item, other = owed(4, by, level=Level.UNINSPECTED), owed(5, by)
    waiting.put(item)
    waiting.put(other)
    waiting.start()
    until(lambda: len(settled.seen) == 2)
    assert settled.seen[0] == (4, Level.FULL, True)
    assert [d.class_name for d in item.inspection.defects] == ["spot"]
    assert item.inspection.position_mm == 40.0 and item.inspection.cause is None
    assert 0 < item.late_verdict_ms < 60_000
    assert other.late_verdict_ms is None


def test_verdicts_are_caught_up_before_classes_and_those_before_outlines(arrears, settled):
    waiting, by = arrears(), spare()
    for order in (0, 1):
        waiting.put(owed(order, by))
    waiting.put(owed(2, unoutlined(), level=Level.GATED))
    waiting.put(owed(3, unoutlined(), level=Level.UNINSPECTED))
    waiting.start()
    until(lambda: len(settled.seen) == 4)
    assert settled.orders == [3, 2, 0, 1]


def test_where_there_is_no_room_outlines_go_then_classes_and_the_oldest_first(arrears, settled):
    waiting, by = arrears(size=3), spare()
    late, gated, classified = Level.UNINSPECTED, Level.GATED, Level.CLASSIFIED
    for order, level in enumerate([late, gated, classified, classified, gated, gated]):
        waiting.put(owed(order, by, level=level))
    assert settled.seen == [(2, classified, False), (3, classified, False), (1, gated, False)]
    assert waiting.full
    for order in (6, 7, 8):
        waiting.put(owed(order, by, level=late))
    assert settled.seen[3:] == [(4, gated, False), (5, gated, False), (0, late, False)]


def test_outlines_push_out_nothing_that_waits_for_more(arrears, settled):
    waiting, by = arrears(size=2), spare()
    for order, level in enumerate([Level.UNINSPECTED, Level.GATED, Level.CLASSIFIED]):
        waiting.put(owed(order, by, level=level))
    assert settled.seen == [(2, Level.CLASSIFIED, False)]


def test_a_verdict_that_comes_after_a_frame_has_gone_changes_nothing(arrears, settled):
    begun, go, slow = threading.Event(), threading.Event(), cascade()
    inspect = slow.inspect

    def held(frame, **more):
        begun.set()
        go.wait(20)
        return inspect(frame, **more)

    slow.inspect = held
    waiting = arrears()
    late = owed(0, BackgroundCascade(lambda heed: slow), level=Level.UNINSPECTED, due_in_s=0.05)
    other = owed(1, unoutlined())
    waiting.put(late)
    waiting.put(other)
    waiting.start()
    begun.wait(20)
    time.sleep(0.06)
    waiting.expire()
    assert settled.seen == [(0, Level.UNINSPECTED, False)]
    go.set()
    until(lambda: len(settled.seen) == 2)
    assert (late.inspection.cause, late.late_verdict_ms) == (Cause.LATE, None)


def test_a_late_frame_of_a_wrong_size_is_named_and_was_no_verdict(arrears, settled):
    waiting = arrears()
    item = owed(0, BackgroundCascade(lambda heed: cascade()), level=Level.UNINSPECTED)
    small = replace(item.taken.item, pixels=item.taken.item.pixels[:2])
    item.taken = replace(item.taken, item=small)
    waiting.put(item)
    waiting.start()
    until(lambda: settled.seen)
    assert settled.seen == [(0, Level.UNINSPECTED, True)]
    assert (item.inspection.cause, item.late_verdict_ms) == (Cause.WRONG_SIZE, None)


def test_the_frame_in_hand_is_not_given_up_for_another(arrears, settled):
    slow = Gated()
    waiting, by = arrears(size=2), spare(slow)
    waiting.put(owed(0, by))
    waiting.start()
    slow.begun.wait(20)
    for order in (1, 2):
        waiting.put(owed(order, by))
    assert settled.seen == [(1, Level.CLASSIFIED, False)]
    slow.go.set()
    until(lambda: len(settled.seen) == 3)
    assert settled.seen[1:] == [(0, Level.FULL, True), (2, Level.FULL, True)]


def test_a_frame_whose_time_is_up_goes_as_it_stands_and_only_once(arrears, settled):
    slow = Gated()
    waiting, by = arrears(), spare(slow)
    waiting.put(owed(0, by, due_in_s=0.05))
    waiting.put(owed(1, by, due_in_s=60.0))
    waiting.start()
    slow.begun.wait(20)
    time.sleep(0.06)
    waiting.expire()
    assert settled.seen == [(0, Level.CLASSIFIED, False)]
    slow.go.set()
    until(lambda: len(settled.seen) == 2)
    assert settled.seen[1:] == [(1, Level.FULL, True)]


def test_what_would_not_be_done_in_time_is_not_begun(arrears, settled):
    model = BlobInstances()
    waiting, by = arrears(), spare(model)
    by.clock.record(ShedStage.OUTLINES.name, 5.0)
    waiting.put(owed(0, by, due_in_s=1.0))
    waiting.start()
    until(lambda: settled.seen)
    assert settled.seen == [(0, Level.CLASSIFIED, False)]
    assert model.asked == []


def test_a_late_classifier_without_time_for_outlines_leaves_it_classified(arrears, settled):
    waiting, by = arrears(), spare()
    by.clock.record(ShedStage.OUTLINES.name, 5.0)
    waiting.put(owed(0, by, level=Level.GATED, due_in_s=1.0))
    waiting.start()
    until(lambda: settled.seen)
    assert settled.seen == [(0, Level.CLASSIFIED, False)]


@pytest.mark.parametrize(
    ("strain", "caught_up"),
    [
        (None, [1, 0]),
        (ShedStage.OUTLINES, [1, 0]),
        (ShedStage.CLASSES, [1]),
        (ShedStage.VERDICT, []),
    ],
)
def test_what_goes_first_is_not_begun_while_more_is_given_up(arrears, settled, strain, caught_up):
    now = [strain]
    waiting, by = arrears(strain=lambda: now[0]), unoutlined()
    outlines = owed(0, spare())
    waiting.put(outlines)
    waiting.put(owed(1, by, level=Level.GATED))
    waiting.start()
    until(lambda: settled.orders == caught_up)
    time.sleep(0.1)
    assert settled.orders == caught_up
    now[0] = None
    until(lambda: settled.orders == [1, 0])


@pytest.mark.parametrize("level", [Level.CLASSIFIED, Level.UNINSPECTED])
def test_closing_lets_all_go_as_they_stand(arrears, settled, level):
    slow = Gated()
    waiting, by = arrears(), spare(slow)
    waiting.put(owed(0, by))
    waiting.start()
    slow.begun.wait(20)
    for order in (1, 2):
        waiting.put(owed(order, by, level=level))
    threading.Timer(0.1, slow.go.set).start()
    waiting.close()
    levels = [Level.CLASSIFIED, level, level]
    assert settled.seen == [(order, level, False) for order, level in enumerate(levels)]
    assert not waiting._thread.is_alive()


def test_each_frame_is_caught_up_by_the_models_that_judged_it(arrears, settled):
    old, new = BlobInstances(), BlobInstances()
    waiting = arrears()
    before, after = spare(old), spare(new)
    for order, by in enumerate([before, before, after]):
        waiting.put(owed(order, by))
    waiting.start()
    until(lambda: len(settled.seen) == 3)
    assert (len(old.asked), len(new.asked)) == (2, 1)


def test_a_late_frame_is_judged_by_others_where_its_models_fail(arrears, settled):
    broken = cascade()

    def fail(frame, **more):
        raise EngineError("gone mad")

    broken.inspect = fail
    bad, good, waiting = BackgroundCascade(lambda heed: broken), spare(), arrears()
    item = owed(0, bad, level=Level.UNINSPECTED)
    waiting.put(item)
    waiting.start()
    until(lambda: waiting.fault is not None)
    waiting.resume(bad, good)
    until(lambda: settled.seen)
    assert settled.seen == [(0, Level.FULL, True)] and item.late_verdict_ms > 0


def test_models_that_fail_are_named_and_others_judge_anew(arrears, settled):
    class Broken(BlobInstances):
        def find(self, pixels, suspicious=None):
            raise EngineError("gone mad")

    waiting = arrears()
    bad, good, other = spare(Broken()), spare(), spare()
    waiting.put(owed(0, bad))
    waiting.put(owed(1, other))
    waiting.start()
    until(lambda: waiting.fault is not None)
    failed, error = waiting.fault
    assert failed is bad and str(error) == "gone mad"
    assert settled.seen == []
    waiting.resume(bad, good)
    until(lambda: len(settled.seen) == 2)
    assert settled.seen == [(0, Level.FULL, True), (1, Level.FULL, True)]


def test_a_spare_is_loaded_once_and_only_when_it_is_asked(arrears, settled):
    loaded = []

    def load(heed):
        loaded.append(threading.current_thread().name)
        return cascade(instances=BlobInstances())

    waiting, by = arrears(), BackgroundCascade(load)
    waiting.start()
    assert loaded == []
    for order in range(2):
        waiting.put(owed(order, by))
    until(lambda: len(settled.seen) == 2)
    assert loaded == ["arrears"]


def test_a_spare_may_be_loaded_ahead_and_what_is_owed_meanwhile_waits_for_it(arrears, settled):
    go, loaded = threading.Event(), []

    def load(heed):
        loaded.append(threading.current_thread().name)
        go.wait(30)
        return cascade(instances=BlobInstances())

    waiting, by = arrears(), BackgroundCascade(load)
    waiting.start(by)
    until(lambda: loaded)
    waiting.put(owed(0, by))
    waiting.put(owed(1, by, due_in_s=0.0))
    waiting.expire()
    assert settled.seen == [(1, Level.CLASSIFIED, False)]
    go.set()
    until(lambda: len(settled.seen) == 2)
    assert settled.seen[1:] == [(0, Level.FULL, True)]
    assert loaded == ["arrears"]


def test_one_that_fails_ahead_is_named_before_anything_is_owed(arrears, settled):
    def load(heed):
        raise BundleError("it scores golden frames otherwise")

    waiting, bad, good = arrears(), BackgroundCascade(load), spare()
    waiting.start(bad)
    until(lambda: waiting.fault is not None)
    failed, error = waiting.fault
    assert failed is bad and isinstance(error, BundleError)
    waiting.put(owed(0, bad))
    waiting.resume(bad, good)
    until(lambda: settled.seen)
    assert settled.seen == [(0, Level.FULL, True)]


@pytest.mark.parametrize("ahead", [True, False])
def test_closing_does_not_wait_for_a_proof_to_end(arrears, settled, ahead):
    begun, steps = threading.Event(), []

    def load(heed):
        for step in range(2000):
            begun.set()
            heed()
            steps.append(step)
            time.sleep(0.01)
        return cascade(instances=BlobInstances())

    waiting, by = arrears(), BackgroundCascade(load)
    waiting.start(by if ahead else None)
    waiting.put(owed(0, by))
    assert begun.wait(20)
    waiting.close()
    assert not waiting._thread.is_alive()
    assert len(steps) < 1000
    assert settled.seen == [(0, Level.CLASSIFIED, False)]
    assert waiting.fault is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")
def test_its_thread_stands_back_and_no_other(arrears, settled):
    seen = []

    class Looking(BlobInstances):
        def find(self, pixels, suspicious=None):
            seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
            return super().find(pixels, suspicious)

    before = os.getpriority(os.PRIO_PROCESS, 0)
    waiting = arrears(nice=min(19, before + 3))
    waiting.put(owed(0, spare(Looking())))
    waiting.start()
    until(lambda: settled.seen)
    assert seen == [min(19, before + 3)]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


def test_where_priorities_may_not_be_set_it_works_all_the_same(arrears, settled, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "setpriority", refuse)
    waiting = arrears()
    waiting.put(owed(0, spare()))
    waiting.start()
    until(lambda: settled.seen)


def test_defects_given_up_keep_what_the_verdict_found(arrears, settled):
    waiting = arrears(size=1)
    first = owed(0, spare())
    kept = replace(first.inspection)
    waiting.put(first)
    waiting.put(owed(1, spare()))
    assert first.inspection == kept
