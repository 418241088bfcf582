"""Beside the line outlines come after the verdict, and never at the cost of the next one."""

from __future__ import annotations

import pytest

from edge.inspection import Level
from edge.line import Line
from tests.edge.fakes import BlobInstances, ListCamera, PacedCamera, cascade, frame, strip

BAD = strip((5, 5, 220))
FRAME_MM = 10.0


def line(camera, instances, **settings):
    settings = {"mm_per_line": 0.5, "speed_m_s": 0.2} | settings
    return Line(camera, cascade(instances=instances), **settings)


def seen_by(run):
    seen = []
    run.run(watch=lambda inspection, latency_ms: seen.append((inspection, latency_ms)))
    return seen


def test_defects_are_outlined_where_they_lie_on_the_coil():
    camera = ListCamera([frame(BAD if n == 3 else strip(), n) for n in range(5)])
    run = line(camera, BlobInstances(seconds=0.02))
    inspection, latency_ms = seen_by(run)[3]
    assert [d.along_mm for d in inspection.defects] == [3 * FRAME_MM + 2.5]
    assert inspection.level is Level.FULL
    figures = run.summary()
    assert figures["levels"]["full"] == 5
    assert figures["defects"] == {"spot": 1}
    # The verdict's latency ends before the outlines begin.
    assert figures["instances_ms"]["max"] >= latency_ms + 20


def test_a_run_without_outlines_has_none_to_time():
    run = line(ListCamera([frame(strip(), n) for n in range(3)]), BlobInstances())
    run.run()
    assert set(run.summary()["instances_ms"].values()) == {None}


def test_a_camera_that_waits_has_every_defect_outlined():
    run = line(ListCamera([frame(BAD, n) for n in range(5)]), BlobInstances(seconds=0.2))
    run.run()
    assert run.summary()["levels"]["full"] == 5


def test_outlines_that_would_cost_the_next_verdict_are_given_up():
    # A frame takes 50 ms to pass: 150 ms would end after the next one's deadline.
    run = line(PacedCamera(8, period_s=0.05, pixels=BAD), BlobInstances())
    run._clock.record("instances", 0.15)
    run.run()
    figures = run.summary()
    assert figures["levels"]["classified"] == 8
    assert figures["coverage"]["classified"] == 8 * FRAME_MM
    assert figures["deadline_misses"] == 0
    assert figures["instances_ms"]["p50"] is None
    # What is given up is the outline, not the verdict.
    assert figures["defects"] == {"spot": 8}


def test_outlines_may_reach_into_the_next_frames_time():
    # They take 120 of 100 ms: the next verdict waits a little, and is still in time.
    camera = PacedCamera(6, period_s=0.1, pixels=BAD)
    run = line(camera, BlobInstances(seconds=0.12), speed_m_s=0.1)
    levels = [inspection.level for inspection, _ in seen_by(run)]
    assert levels.count(Level.FULL) >= 3
    assert Level.UNINSPECTED not in levels


@pytest.mark.parametrize("live", [False, True])
def test_whatever_is_given_up_coverage_adds_up(live):
    camera = ListCamera([frame(BAD, n) for n in range(30)], live=live)
    run = line(camera, BlobInstances(seconds=0.002))
    run.run()
    coverage = run.summary()["coverage"]
    assert sum(coverage[level.value] for level in Level) == coverage["passed_mm"]
