"""The simulated camera keeps time, closes at once, and tells what it showed."""

from __future__ import annotations

import threading
import time

import pytest

from edge.cameras.simulated import TRUTH_WINDOW, SimulatedCamera
from edge.cameras.simulated_faults import SimulatedFault, SimulatedFaults
from edge.core.errors import ConfigError
from tests.edge.clock import VirtualTime

SMALL = {"width": 128, "height": 32}


def take(camera, count):
    return [frame for frame, _ in zip(camera, range(count), strict=False)]


def test_frames_come_when_they_are_due_one_period_apart():
    clock = VirtualTime()
    camera, began = SimulatedCamera(speed_m_s=2.0, clock=clock, **SMALL), clock.now()
    assert camera.period_s == pytest.approx(0.008)
    for number, (frame, _) in enumerate(zip(camera, range(25), strict=False), start=1):
        assert [frame.taken_at, clock.now()] == pytest.approx([began + number * 0.008] * 2)


def test_a_late_consumer_gets_every_frame_that_is_due_one_after_the_other():
    clock = VirtualTime()
    camera = SimulatedCamera(speed_m_s=1.0, clock=clock, **SMALL)
    frames = iter(camera)
    first = next(frames)
    clock.sleep(10 * camera.period_s)
    began = clock.now()
    late = [next(frames) for _ in range(8)]
    assert clock.now() == began
    assert [frame.number for frame in (first, *late)] == list(range(9))
    due = [first.taken_at + n * camera.period_s for n in range(1, 9)]
    assert [frame.taken_at for frame in late] == pytest.approx(due)


def test_frames_are_numbered_and_not_yet_placed():
    camera = SimulatedCamera(mm_per_line=0.4, paced=False, **SMALL)
    frame = take(camera, 4)[-1]
    assert (frame.number, frame.source, camera.live) == (3, "simulated", True)
    assert (frame.position_mm, frame.passed_mm, frame.at) == (0.0, None, 0.0)
    assert frame.pixels.shape == (32, 128)


def test_closing_from_another_thread_ends_iteration_at_once():
    clock = VirtualTime()
    camera, began = SimulatedCamera(speed_m_s=0.002, clock=clock, **SMALL), clock.now()
    assert camera.period_s > 5

    def close():
        clock.sleep(0.1)
        camera.close()

    threading.Thread(target=close).start()
    assert list(camera) == []
    assert clock.now() - began == pytest.approx(0.1)
    camera.close()
    assert list(camera) == []


def test_truth_is_kept_for_recent_frames_and_no_longer():
    camera = SimulatedCamera(defect_rate=1.0, paced=False, width=64, height=32)
    with pytest.raises(KeyError):
        camera.truth(0)
    for frame in camera:
        shown = camera.truth(frame.number)
        assert shown
        assert all(d.class_id in (1, 2, 3, 4) for d in shown)
        if frame.number == 20:
            break
    assert camera.truth(3)
    assert TRUTH_WINDOW >= 1000


def test_old_truth_is_forgotten(monkeypatch):
    monkeypatch.setattr("edge.cameras.simulated.TRUTH_WINDOW", 5)
    camera = SimulatedCamera(paced=False, **SMALL)
    take(camera, 9)
    camera.truth(8)
    with pytest.raises(KeyError):
        camera.truth(2)


def test_its_own_cost_is_counted():
    camera = SimulatedCamera(paced=False, **SMALL)
    before = time.thread_time()
    take(camera, 10)
    assert 0.0 < camera.cpu_seconds <= time.thread_time() - before


@pytest.mark.parametrize(
    "settings",
    [
        {"speed_m_s": 0.0},
        {"speed_m_s": float("nan")},
        {"mm_per_line": -1.0},
        {"defect_rate": 1.2},
        {"width": 10},
        {"jitter_ms": -1.0},
        {"jitter_ms": float("nan")},
    ],
)
def test_settings_that_make_no_sense_are_refused_with_a_hint(settings):
    with pytest.raises(ConfigError) as error:
        SimulatedCamera(**settings)
    assert error.value.hint


def test_frames_that_jitter_come_late_by_no_more_and_in_order():
    camera = SimulatedCamera(speed_m_s=2.0, jitter_ms=6.0, clock=VirtualTime(), **SMALL)
    times = [frame.taken_at for frame in take(camera, 30)]
    late = [at - times[0] - n * camera.period_s for n, at in enumerate(times)]
    assert times == sorted(times)
    assert 0.002 < max(late) - min(late) <= 0.006


def test_faults_happen_to_its_frames_and_not_to_its_truth():
    faults = SimulatedFaults(
        {SimulatedFault.DROP: [2], SimulatedFault.BLACK: [4]}, lasting_frames=1
    )
    camera = SimulatedCamera(paced=False, defect_rate=1.0, faults=faults, **SMALL)
    frames = take(camera, 6)
    assert [frame.number for frame in frames] == [0, 1, 3, 4, 5, 6]
    assert [int(frame.pixels.max()) < 5 for frame in frames] == [False] * 3 + [True, False, False]
    assert camera.truth(2)
