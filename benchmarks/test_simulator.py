"""The simulator's speed: drawing a data set, composing live strip, and feeding a line.

The design requires at least 100 drawn and 500 composed frames per second of CPU time, and at most
15 % of a core for a camera at 78 frames a second.
"""

from __future__ import annotations

import itertools
import time

import cv2
import pytest

from edge.cameras.simulated import SimulatedCamera
from edge.simulator import StripSimulator
from edge.simulator.composer import StripComposer


@pytest.fixture(autouse=True)
def one_core():
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(before)


def cpu_per_call(function, calls):
    began = time.process_time()
    for _ in range(calls):
        function()
    return (time.process_time() - began) / calls


def test_draw_a_data_set(benchmark):
    simulator = StripSimulator(seed=1)
    index = itertools.count()
    simulator.draw(0)
    benchmark.extra_info["cpu_s"] = cpu_per_call(lambda: simulator.draw(next(index)), 100)
    benchmark(lambda: simulator.draw(next(index)))
    assert benchmark.extra_info["cpu_s"] < 1 / 100


def test_compose_live_strip(benchmark):
    composer = StripComposer(seed=1)
    benchmark.extra_info["cpu_s"] = cpu_per_call(composer.compose, 500)
    benchmark.extra_info["mib"] = composer.nbytes / 2**20
    benchmark(composer.compose)
    assert benchmark.extra_info["cpu_s"] < 1 / 500


def test_prepare_live_strip(benchmark):
    benchmark.pedantic(StripComposer, rounds=5)


def test_feed_a_line_at_78_frames_a_second(benchmark):
    camera = SimulatedCamera(speed_m_s=78 * 0.128)

    def feed():
        frames = iter(camera)
        next(frames)
        cpu, began = camera.cpu_seconds, time.monotonic()
        for _ in range(4 * 78):
            next(frames)
        return (camera.cpu_seconds - cpu) / (time.monotonic() - began)

    share = benchmark.pedantic(feed, rounds=1)
    benchmark.extra_info["share_of_a_core"] = share
    assert share < 0.15
