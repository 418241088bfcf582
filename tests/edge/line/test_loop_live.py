"""Beside a live camera: what is lost is said, what is stuck holds nothing up, who stops it."""

from __future__ import annotations

import numpy as np
import pytest

from edge.coil.tracker import CoilTracker
from edge.config.line import LineConfig
from edge.core.events import EventKind
from edge.core.frame import Absence, Frame
from edge.core.inspection import Cause, Level
from edge.line.load_shedding import RECOVERY_S
from edge.line.loop import Line
from edge.line.run_state import RunState
from tests.edge.clock import VirtualTime
from tests.edge.fakes import (
    BlobInstances,
    ListCamera,
    PacedCamera,
    cascade,
    frame,
    hiccuping,
    strip,
)
from tests.edge.line.takes import BAD, Kept, Stuck

FRAME_MM = 10.0


@pytest.fixture
def clock():
    return VirtualTime()


def made(camera, judge, clock, *, config=None, **more):
    """A line that goes by that clock."""
    config = config or LineConfig()
    state = RunState(config, live=camera.live, clock=clock)
    return Line(camera, judge, config, state=state, **more)


def run(camera, clock, *, gate_seconds=0.0, watch=None, tracker=None, sink=None, **settings):
    kept = sink or Kept()
    line = made(
        camera,
        cascade(gate_seconds=gate_seconds, clock=clock),
        clock,
        config=LineConfig(**{"speed_m_s": 1.0} | settings),
        sinks=[kept],
        tracker=tracker,
    )
    heard = []
    line.run(watch=watch and (lambda i, ms: watch(line, i)), hear=heard.append)
    return line.summary(), kept, heard


def test_each_frame_says_when_it_was_taken(clock):
    began = clock.wall()
    _, kept, _ = run(PacedCamera(3, period_s=0.01, clock=clock), clock)
    assert [i.at for i in kept.of("frame")] == pytest.approx([began, began + 0.01, began + 0.02])


def test_sinks_see_the_camera_s_own_pixels(clock):
    pixels = strip((5, 5, 220))
    _, kept, _ = run(ListCamera([frame(pixels, 0, clock)]), clock)
    assert kept.last_pixels is pixels


def test_an_absence_is_strip_that_passed_and_its_end_is_told(clock):
    start = clock.now()
    items = [
        Frame(strip(), 0, start, "gate 3"),
        Absence(start + 1, "gate 3", Cause.CAMERA_LOST, "no answer"),
        Absence(start + 2, "gate 3", Cause.CAMERA_LOST, "no answer"),
        Frame(strip() ^ 1, 0, start + 2.5, "gate 3"),
    ]
    figures, kept, heard = run(ListCamera(items, live=True), clock, budget_ms=60_000.0)
    assert figures["uninspected_by_cause"] == {"camera lost": pytest.approx(2490)}
    assert figures["coverage"]["passed_mm"] == pytest.approx(2510)
    assert [g.length_mm for g in kept.of("gap")] == pytest.approx([1000, 1000, 490])
    assert [e.kind for e in heard] == [EventKind.CAMERA_LOST, EventKind.CAMERA_BACK]
    assert kept.of("event") == heard
    assert figures["events"] == {"camera lost": 1, "camera back": 1}


def overloaded(order, clock):
    """Frames every 10 ms, each of which takes the gate 15 ms."""
    camera = PacedCamera(100, period_s=0.01, clock=clock)
    return run(camera, clock, gate_seconds=0.0025, order=order)


def test_the_newest_first_gives_fresh_verdicts_where_the_line_is_too_fast(clock):
    figures, kept, _ = overloaded("newest", clock)
    assert figures["levels"]["uninspected"] > 10
    assert figures["uninspected_by_cause"].keys() == {"late"}
    assert kept.frames == list(range(100))
    assert figures["latency_ms"]["p50"] < 30


@pytest.mark.parametrize("order", ["newest", "in-order"])
def test_an_overload_is_reported_once(order, clock):
    figures, kept, heard = overloaded(order, clock)
    assert [e.kind for e in heard] == [EventKind.OVERLOAD]
    assert "without a verdict in time" in heard[0].text
    assert kept.of("event") == heard
    assert figures["coverage"]["passed_mm"] == 100 * FRAME_MM


@pytest.mark.parametrize("order", ["newest", "in-order"])
def test_a_frame_that_a_hiccup_made_late_is_inspected_after_all(order, clock):
    kept, heard = Kept(), []
    config = LineConfig(speed_m_s=FRAME_MM / 20, order=order)
    judge = hiccuping(cascade(clock=clock), at=10, seconds=0.15, clock=clock)
    camera = PacedCamera(40, period_s=0.02, clock=clock)
    background = lambda heed: cascade(clock=clock)  # noqa: E731
    line = made(camera, judge, clock, config=config, background=background, sinks=[kept])
    line.run(hear=heard.append)
    figures = line.summary()
    assert figures["levels"]["full"] == 40 and kept.frames == list(range(40))
    # Late is late: each of those behind it counts as a missed deadline, with its true latency.
    assert figures["deadline_misses"] >= 5
    assert figures["caught_up"] == figures["deferred"] >= 4
    assert figures["latency_ms"]["max"] >= 100
    assert heard[0].kind is EventKind.OVERLOAD


def test_the_end_of_an_overload_is_announced_too(clock):
    camera = PacedCamera(700, period_s=0.02, clock=clock)
    judge = hiccuping(cascade(clock=clock), at=10, seconds=0.1, clock=clock)
    heard = []
    line = made(camera, judge, clock, config=LineConfig(speed_m_s=FRAME_MM / 20))
    line.run(hear=heard.append)
    began, over = heard
    assert (began.kind, over.kind) == (EventKind.OVERLOAD, EventKind.OVERLOAD_OVER)
    assert over.at - began.at >= RECOVERY_S


def test_outlines_go_first_then_classes_and_the_gate_last(clock):
    # Twice and more of what the device can do: the gate alone takes 24 of 30 ms.
    judge = cascade(gate_seconds=0.004, instances=BlobInstances(), clock=clock)
    judge.networks.classifier.engine.seconds = 0.02
    slow = BlobInstances(seconds=0.3, clock=clock)
    line = made(
        PacedCamera(60, period_s=0.03, pixels=BAD, clock=clock),
        judge,
        clock,
        config=LineConfig(speed_m_s=FRAME_MM / 30, instances_within_ms=200.0),
        background=lambda heed: cascade(gate_seconds=0.004, instances=slow, clock=clock),
    )
    line.run()
    levels = line.summary()["levels"]
    assert levels["uninspected"] < 30
    assert levels["full"] <= 2
    assert levels["gated"] + levels["classified"] >= 30


def test_a_stuck_output_holds_up_no_verdict(clock):
    stuck = Stuck(clock)
    seen = []

    def let_go(line, inspection):
        seen.append((inspection.frame, len(stuck.frames)))
        if len(seen) == 100:
            stuck.let_go()

    camera = PacedCamera(100, period_s=0.005, clock=clock)
    figures, kept, _ = run(camera, clock, watch=let_go, sink=stuck, budget_ms=10_000.0)
    assert {written for _, written in seen} == {0}
    assert figures["levels"]["full"] == 100
    assert kept.frames == list(range(100))


def test_whoever_stops_it_every_frame_captured_is_recorded(clock):
    camera = PacedCamera(10_000, period_s=0.001, clock=clock)

    def stop(line, inspection):
        if inspection.frame >= 20:
            line.stop()

    figures, kept, _ = run(camera, clock, gate_seconds=0.001, watch=stop)
    assert kept.frames == list(range(camera.given))
    left = [i for i in kept.of("frame") if i.cause is Cause.DROPPED]
    assert all(i.level is Level.UNINSPECTED and i.length_mm == FRAME_MM for i in left)
    assert figures["coverage"]["passed_mm"] == camera.given * FRAME_MM


def test_a_watcher_that_fails_loses_no_frame():
    camera, kept = ListCamera([frame(strip(), n) for n in range(10)]), Kept()
    line = Line(camera, cascade(), sinks=[kept])

    def watch(inspection, latency_ms):
        if inspection.frame == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        line.run(watch=watch)
    # Records wait for those before them: without the frame in hand none after it would come.
    assert kept.frames == list(range(len(kept.frames)))
    assert [i.cause for i in kept.of("frame")][:4] == [None, None, None, Cause.DROPPED]
    assert line.summary()["levels"]["full"] == 3
    assert kept.closed and camera.closed


def test_a_coil_begins_with_the_next_frame_captured(clock):
    def begin(line, inspection):
        if inspection.frame == 5:
            line.state.begin_coil("B")

    camera = PacedCamera(12, period_s=0.02, clock=clock)
    _, kept, heard = run(camera, clock, watch=begin, tracker=CoilTracker("A"), speed_m_s=0.5)
    assert [i.coil for i in kept.of("frame")] == ["A"] * 6 + ["B"] * 6
    assert [e.kind.value for e in heard] == [
        *("coil began", "coil ended", "coil began", "coil ended"),
    ]


def test_a_line_that_is_stopped_before_it_runs_captures_nothing(clock):
    camera, kept = PacedCamera(100, period_s=0.001, clock=clock), Kept()
    line = made(camera, cascade(), clock, sinks=[kept])
    line.stop()
    line.run()
    assert kept.frames == [] and kept.closed and camera.closed


def test_faulty_pictures_are_reported_and_not_inspected(clock):
    start = clock.now()
    black = np.zeros_like(strip())
    shown = [strip(), strip(), strip() ^ 1, black, strip()]
    items = [Frame(pixels, n, start, "gate 3") for n, pixels in enumerate(shown)]
    figures, _, heard = run(ListCamera(items, live=True), clock, budget_ms=60_000.0)
    assert figures["uninspected_by_cause"] == {"frozen": 10.0, "black": 10.0}
    assert figures["coverage"]["full"] == 30.0
    assert [e.kind for e in heard] == [EventKind.PICTURE, EventKind.PICTURE]
    assert "not inspected" in heard[0].text
