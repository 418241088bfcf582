"""A camera that is pulled out is missed, said to be, tried for ever, and numbered on.

Time passes as soon as all threads wait for it, so that what a test sees depends on no machine.
"""

from __future__ import annotations

import re
import threading
from itertools import pairwise

import numpy as np
import pytest

from edge.cameras.base import Camera
from edge.cameras.reconnecting import Reconnecting
from edge.core.errors import CameraError, MissingExtraError
from edge.core.frame import (
    Absence,
    BadFrame,
    Frame,
)
from edge.core.inspection import Cause
from edge.core.stop_flag import StopFlag
from tests.edge.clock import VirtualTime

PIXELS = np.zeros((4, 8), np.uint8)
PATIENCE_S = 20.0
"""Of the test's clock."""
QUICK = {"silence_s": 0.4, "first_frame_s": 1.0, "retry_s": 0.02, "longest_retry_s": 0.1}


class Script(Camera):
    """Does what its lines say: give n frames, be silent, hang, fail, end."""

    name = "script"
    live = True

    def __init__(self, *steps, first=0):
        self.steps = steps
        self.first = first

    def begin(self, clock):
        self.clock = clock
        self.closed = StopFlag(clock)
        return self

    def __iter__(self):
        number = self.first
        for step in self.steps:
            if isinstance(step, int):
                for _ in range(step):
                    if self.closed.wait(0.002):
                        return
                    yield Frame(PIXELS, number, self.clock.now(), self.name)
                    number += 1
            elif isinstance(step, Exception):
                raise step
            elif step == "silence":
                self.closed.wait(1e9)
            elif step == "hang":
                self.clock.sleep(30.0)
            elif step == "bad":
                yield BadFrame(number, self.clock.now(), self.name, Cause.UNREADABLE)
                number += 1

    def close(self):
        self.closed.set()


class Opener:
    """Opens one script after the other; an exception instead of one is raised."""

    def __init__(self, clock, *scripts):
        self.clock = clock
        self.scripts = list(scripts)
        self.trials = 0

    def __call__(self):
        self.trials += 1
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        if isinstance(script, Exception):
            raise script
        return script.begin(self.clock)


@pytest.fixture
def clock():
    clock = VirtualTime()
    yield clock
    clock.sleep(60.0)  # so that calls which hang come back


@pytest.fixture
def reconnecting(clock):
    """Makes a camera from scripts; ``opener`` counts its trials."""

    def make(*scripts, **settings):
        opener = Opener(clock, *scripts)
        camera = Reconnecting(opener, name="cam", clock=clock, **settings)
        camera.opener = opener
        return camera

    return make


def until(camera, enough):
    """Everything that a camera gives until ``enough`` (of all so far) says so."""
    items = []
    for item in camera:
        items.append(item)
        if enough(items):
            break
        assert item.taken_at - items[0].taken_at < PATIENCE_S, items[-5:]
    camera.close()
    return items


def absences(items):
    return [item for item in items if isinstance(item, Absence)]


def frames(items):
    return [item for item in items if not isinstance(item, Absence)]


GONE = CameraError("the cable is out")


@pytest.mark.parametrize(
    ("breaks", "told"),
    [
        ((3, CameraError("script gave 3 frames and then no more")), "then no more"),
        ((3,), "has ended"),
        ((3, "silence"), r"nothing came for 0\.\d s"),
        ((3, "hang"), r"nothing came for 0\.\d s"),
        ((3, RuntimeError("driver bug 7")), "driver bug 7"),
    ],
)
def test_however_it_is_lost_it_is_told_and_comes_back(reconnecting, breaks, told):
    with reconnecting(Script(*breaks), GONE, GONE, Script(1000), **QUICK) as camera:
        items = until(camera, lambda items: isinstance(items[-1], Frame) and absences(items))
    away = absences(items)
    assert away[0].cause == Cause.CAMERA_LOST
    assert away[0].source == "script"
    assert re.search(told, away[0].detail)
    assert "tried again in 0." in away[0].detail
    assert [item.number for item in frames(items)] == [0, 1, 2, 3]
    assert camera.opener.trials == 4


def test_a_camera_that_is_away_is_told_of_every_second_and_why_now(reconnecting, clock):
    with reconnecting(Script(2), GONE, **QUICK) as camera:
        items = until(camera, lambda items: len(absences(items)) == 3)
    times = [item.taken_at for item in absences(items)]
    assert [later - earlier for earlier, later in pairwise(times)] == pytest.approx([1, 1], abs=0.2)
    assert times[-1] == clock.now()
    assert "the cable is out" in items[-1].detail
    assert "away for 2 s" in items[-1].detail


def test_waits_between_trials_grow_to_the_longest_and_no_further(reconnecting):
    with reconnecting(Script(1), GONE, retry_s=0.05, longest_retry_s=0.4) as camera:
        until(camera, lambda items: items[-1].taken_at - items[0].taken_at > 4.2)
    # 0.05 + 0.1 + 0.2 and then 0.4 each, a quarter less or no more: 4.2 s end within the twelfth to
    # the seventeenth; the last is told of within a second.
    assert 12 <= camera.opener.trials <= 21


def test_numbers_go_on_where_they_ended_and_keep_the_source_s_own_jumps(reconnecting):
    first = Script(2, "bad", first=70)
    with reconnecting(first, Script(1000, first=5), **QUICK) as camera:
        items = until(camera, lambda items: len(frames(items)) >= 5)
    assert [item.number for item in frames(items)] == [0, 1, 2, 3, 4]
    assert isinstance(frames(items)[2], BadFrame)


def test_silence_while_the_strip_stands_is_no_loss(reconnecting, clock):
    began = clock.now()
    settings = {"moving": lambda: clock.now() > began + 1.5, **QUICK}
    with reconnecting(Script(2, "silence"), Script(1000), **settings) as camera:
        items = until(camera, absences)
    assert items[-1].taken_at - began > 1.5
    assert camera.opener.trials == 1
    assert len(absences(items)) == 1


def test_a_camera_that_is_not_there_at_the_start_is_an_error_at_once(reconnecting, clock):
    began = clock.now()
    with pytest.raises(CameraError, match="cable is out"):
        reconnecting(GONE, retry_s=30.0)
    assert clock.now() == began


def test_it_waits_for_one_where_that_is_asked_for(reconnecting):
    items = until(reconnecting(GONE, GONE, Script(1000), wait_for_it=True, **QUICK), frames)
    assert absences(items)
    assert items[-1].number == 0


def test_what_trying_again_cannot_bring_ends_it(reconnecting):
    missing = MissingExtraError("there is no Aravis here")
    camera = reconnecting(missing, wait_for_it=True, **QUICK)
    with pytest.raises(MissingExtraError):
        list(camera)


@pytest.mark.parametrize(
    "scripts", [(Script(1), GONE), (Script(1, "silence"),), (Script(1, "hang"),)]
)
def test_closing_from_another_thread_ends_it_at_once(reconnecting, clock, scripts):
    camera = reconnecting(*scripts, retry_s=30.0, silence_s=60.0)
    began = clock.now()

    def close():
        clock.sleep(0.3)
        camera.close()

    closer = threading.Thread(target=close)
    closer.start()
    for _ in camera:
        pass
    # It may wait a moment for its reader, and no more where that hangs.
    assert clock.now() - began < 1.0
    assert list(camera) == []
    closer.join()


def test_an_opening_that_hangs_is_given_up_and_only_so_many_may_hang(clock):
    trials = []

    def hang():
        trials.append(1)
        clock.sleep(PATIENCE_S)
        raise GONE

    settings = {"silence_s": 0.1, "first_frame_s": 0.2, "retry_s": 0.01, "longest_retry_s": 0.05}
    camera = Reconnecting(hang, name="cam", wait_for_it=True, clock=clock, **settings)
    items = until(camera, lambda items: "have not come back" in items[-1].detail)
    assert len(trials) == 4
    assert "nothing came" in items[0].detail


def test_a_slow_consumer_gets_recent_frames_and_numbers_tell_what_it_missed(reconnecting, clock):
    lags, numbers = [], []
    with reconnecting(Script(100_000), **QUICK) as camera:
        for item in camera:
            lags.append(clock.now() - item.taken_at)
            numbers.append(item.number)
            if len(numbers) == 8:
                break
            clock.sleep(0.2)
    assert max(lags) < 0.02
    assert numbers[-1] > 90 * (len(numbers) - 1)
    assert numbers == sorted(set(numbers))
