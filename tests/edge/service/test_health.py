"""When a line is stuck, when it is unwell, and when silence means nothing."""

from __future__ import annotations

import pytest

from edge.core.events import Event, EventKind
from edge.core.inspection import Cause
from edge.service.health import Health
from tests.edge.sinks.samples import clean, missed


class Bench:
    """A line whose clock and queue the test sets."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waiting = 0
        self.unstored: str | None = None
        self.health = Health(
            silence_s=10.0,
            waiting=lambda: self.waiting,
            unstored=lambda: self.unstored,
            clock=lambda: self.now,
        )

    def pass_time(self, seconds: float, watch=None) -> None:
        """Tick, and watch an inspection, every half second."""
        for _ in range(int(seconds * 2)):
            self.now += 0.5
            if watch is not None:
                self.health.watch(watch, 1.0)
            self.health.tick()


@pytest.fixture
def bench():
    return Bench()


def test_before_the_first_tick_it_has_not_started(bench):
    assert bench.health.fault() == "the line has not started yet"
    assert bench.health.stuck() is None
    bench.health.tick()
    assert bench.health.fault() is None


def test_frames_that_are_judged_are_well(bench):
    bench.waiting = 3
    bench.pass_time(60, clean())
    assert bench.health.fault() is None
    assert bench.health.as_json() == {"well": True, "fault": None, "frames": 120, "up_s": 60.0}


def test_a_strip_that_stands_for_an_hour_and_runs_again_is_well(bench):
    bench.pass_time(5, clean())
    bench.pass_time(3600)
    assert bench.health.fault() is None
    bench.waiting = 1
    bench.now += 0.3
    assert bench.health.fault() is None


def test_frames_that_wait_and_are_not_taken_up_mean_that_it_is_stuck(bench):
    bench.pass_time(5, clean())
    bench.waiting = 8
    bench.pass_time(10)
    assert bench.health.stuck() is None
    bench.pass_time(1)
    assert bench.health.stuck() == "8 frames wait and none was judged for 11 s"
    assert bench.health.fault() == bench.health.stuck()


def test_a_recorder_that_writes_nothing_means_that_it_is_stuck(bench):
    bench.health.tick()
    bench.now += 11
    bench.health.watch(clean(), 1.0)
    assert bench.health.stuck() == "nothing has been recorded for 11 s"


def test_frames_without_a_verdict_are_unwell_but_not_stuck(bench):
    bench.pass_time(5, clean())
    bench.pass_time(11, missed(cause=Cause.LATE))
    assert bench.health.stuck() is None
    assert "none was judged in time for 10 s: late" in bench.health.fault()
    bench.pass_time(0.5, clean())
    assert bench.health.fault() is None


def test_without_frames_there_is_no_fault(bench):
    bench.pass_time(11, missed(cause=Cause.WRONG_SIZE))
    assert bench.health.fault() is not None
    bench.pass_time(11)
    assert bench.health.fault() is None


def test_black_pictures_between_two_coils_are_well(bench):
    bench.pass_time(60, missed(cause=Cause.BLACK))
    assert bench.health.fault() is None


def test_a_lost_camera_is_unwell_until_it_is_back(bench):
    bench.health.tick()
    bench.health.tell(Event(EventKind.CAMERA_LOST, "the camera rtsp://hall is lost"))
    assert bench.health.fault() == "the camera rtsp://hall is lost"
    assert bench.health.stuck() is None
    bench.health.tell(Event(EventKind.CAMERA_BACK, "it is back"))
    assert bench.health.fault() is None


def test_a_ledger_that_cannot_be_stored_is_unwell(bench):
    bench.health.tick()
    bench.unstored = "the ledger cannot be stored: the disk is full"
    assert bench.health.fault() == bench.unstored
