"""A camera that is pulled out is missed, said to be, tried for ever, and numbered on."""

from __future__ import annotations

import re
import threading
import time

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

PIXELS = np.zeros((4, 8), np.uint8)
PATIENCE_S = 20.0
QUICK = {"silence_s": 0.4, "first_frame_s": 1.0, "retry_s": 0.02, "longest_retry_s": 0.1}


class Script(Camera):
    """Does what its lines say: give n frames, be silent, hang, fail, end."""

    name = "script"
    live = True

    def __init__(self, *steps, first=0):
        self.steps = steps
        self.first = first
        self.closed = threading.Event()

    def __iter__(self):
        number = self.first
        for step in self.steps:
            if isinstance(step, int):
                for _ in range(step):
                    time.sleep(0.002)
                    if self.closed.is_set():
                        return
                    yield Frame(PIXELS, number, time.monotonic(), self.name)
                    number += 1
            elif isinstance(step, Exception):
                raise step
            elif step == "silence":
                self.closed.wait()
            elif step == "hang":
                time.sleep(30.0)
            elif step == "bad":
                yield BadFrame(number, time.monotonic(), self.name, Cause.UNREADABLE)
                number += 1

    def close(self):
        self.closed.set()


class Opener:
    """Opens one script after the other; an exception instead of one is raised."""

    def __init__(self, *scripts):
        self.scripts = list(scripts)
        self.trials = 0

    def __call__(self):
        self.trials += 1
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        if isinstance(script, Exception):
            raise script
        return script


def until(camera, enough):
    """Everything that a camera gives until ``enough`` (of all so far) says so."""
    items, began = [], time.monotonic()
    for item in camera:
        items.append(item)
        if enough(items):
            break
        assert time.monotonic() - began < PATIENCE_S, items[-5:]
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
def test_however_it_is_lost_it_is_told_and_comes_back(breaks, told):
    opener = Opener(Script(*breaks), GONE, GONE, Script(1000))
    with Reconnecting(opener, name="cam", **QUICK) as camera:
        items = until(camera, lambda items: isinstance(items[-1], Frame) and absences(items))
    away = absences(items)
    assert away[0].cause == Cause.CAMERA_LOST
    assert away[0].source == "script"
    assert re.search(told, away[0].detail)
    assert "tried again in 0." in away[0].detail
    assert [item.number for item in frames(items)] == [0, 1, 2, 3]
    assert opener.trials == 4


def test_a_camera_that_is_away_is_told_of_every_second_and_why_now():
    opener = Opener(Script(2), GONE)
    with Reconnecting(opener, name="cam", **QUICK) as camera:
        items = until(camera, lambda items: len(absences(items)) == 3)
    times = [item.taken_at for item in absences(items)]
    assert 0.9 < times[1] - times[0] < 2.5
    assert 0.9 < times[2] - times[1] < 2.5
    assert times[-1] <= time.monotonic()
    assert "the cable is out" in items[-1].detail
    assert "away for 2 s" in items[-1].detail


def test_waits_between_trials_grow_to_the_longest_and_no_further(monkeypatch):
    opener = Opener(Script(1), GONE)
    settings = {"retry_s": 0.05, "longest_retry_s": 0.4}
    with Reconnecting(opener, name="cam", **settings) as camera:
        began = time.monotonic()
        for _ in camera:
            if time.monotonic() - began > 2.5:
                break
    # 0.05 + 0.1 + 0.2 and then 0.4 each, give or take a quarter: about nine trials.
    assert 4 <= opener.trials <= 12


def test_numbers_go_on_where_they_ended_and_keep_the_source_s_own_jumps():
    first = Script(2, "bad", first=70)
    opener = Opener(first, Script(1000, first=5))
    with Reconnecting(opener, name="cam", **QUICK) as camera:
        items = until(camera, lambda items: len(frames(items)) >= 5)
    assert [item.number for item in frames(items)] == [0, 1, 2, 3, 4]
    assert isinstance(frames(items)[2], BadFrame)


def test_silence_while_the_strip_stands_is_no_loss():
    moving = threading.Event()
    opener = Opener(Script(2, "silence"), Script(1000))
    with Reconnecting(opener, name="cam", moving=moving.is_set, **QUICK) as camera:
        threading.Timer(1.5, moving.set).start()
        began = time.monotonic()
        items = until(camera, absences)
    assert time.monotonic() - began > 1.5
    assert opener.trials == 1
    assert len(absences(items)) == 1


def test_a_camera_that_is_not_there_at_the_start_is_an_error_at_once():
    with pytest.raises(CameraError, match="cable is out"):
        Reconnecting(Opener(GONE), name="cam", retry_s=30.0)


def test_it_waits_for_one_where_that_is_asked_for():
    opener = Opener(GONE, GONE, Script(1000))
    camera = Reconnecting(opener, name="cam", wait_for_it=True, **QUICK)
    items = until(camera, frames)
    assert absences(items)
    assert items[-1].number == 0


def test_what_trying_again_cannot_bring_ends_it():
    missing = MissingExtraError("there is no Aravis here")
    camera = Reconnecting(Opener(missing), name="cam", wait_for_it=True, **QUICK)
    with pytest.raises(MissingExtraError):
        list(camera)


@pytest.mark.parametrize(
    "scripts", [(Script(1), GONE), (Script(1, "silence"),), (Script(1, "hang"),)]
)
def test_closing_from_another_thread_ends_it_at_once(scripts):
    camera = Reconnecting(Opener(*scripts), name="cam", retry_s=30.0, silence_s=60.0)
    closer = threading.Timer(0.3, camera.close)
    closer.start()
    began = time.monotonic()
    for _ in camera:
        pass
    assert time.monotonic() - began < 3.0
    assert list(camera) == []


def test_an_opening_that_hangs_is_given_up_and_only_so_many_may_hang():
    stuck = threading.Event()
    trials = []

    def hang():
        trials.append(1)
        stuck.wait(PATIENCE_S)
        raise GONE

    settings = {"silence_s": 0.1, "first_frame_s": 0.2, "retry_s": 0.01, "longest_retry_s": 0.05}
    camera = Reconnecting(hang, name="cam", wait_for_it=True, **settings)
    items = until(camera, lambda items: "have not come back" in items[-1].detail)
    assert len(trials) == 4
    assert "nothing came" in items[0].detail
    stuck.set()


def test_a_slow_consumer_gets_recent_frames_and_numbers_tell_what_it_missed():
    camera = Reconnecting(Opener(Script(100_000)), name="cam", **QUICK)
    lags, numbers = [], []
    for item in camera:
        lags.append(time.monotonic() - item.taken_at)
        numbers.append(item.number)
        if len(numbers) == 8:
            break
        time.sleep(0.2)
    camera.close()
    assert sorted(lags)[len(lags) // 2] < 0.2
    assert numbers[-1] > 2 * len(numbers)
    assert numbers == sorted(set(numbers))
