"""Every frame and every gap ends as millimetres in one level, whatever goes wrong."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.bundle.drift_reference import Drift
from edge.config.line import LineConfig
from edge.core.clock import SYSTEM_CLOCK
from edge.core.errors import CameraError
from edge.core.frame import BadFrame, Frame
from edge.core.inspection import Cause, Level
from edge.core.sink import Sink
from edge.line.loop import Line
from edge.line.run_state import RunState
from edge.vision.drift_monitor import DriftMonitor
from tests.edge.bundle.samples import fields
from tests.edge.clock import VirtualTime
from tests.edge.fakes import ListCamera, PacedCamera, cascade, frame, strip

LINE_MM = 0.5
FRAME_MM = 20 * LINE_MM


class Kept(Sink):
    def __init__(self):
        self.seen = []
        self.closed = False

    def write(self, inspection, frame):
        self.seen.append(inspection)

    def close(self):
        self.closed = True


@pytest.fixture
def clock():
    return VirtualTime()


def line(camera, judge=None, *, clock=SYSTEM_CLOCK, **more):
    made_of = {name: more.pop(name) for name in ("sinks", "drift") if name in more}
    config = LineConfig(mm_per_px=LINE_MM, **more)
    state = RunState(config, live=camera.live, clock=clock)
    return Line(camera, judge or cascade(clock=clock), config, state=state, **made_of)


def test_a_run_counts_places_and_records_every_frame():
    kept = Kept()
    camera = ListCamera([frame(strip((5, 5, 220)) if n == 3 else strip(), n) for n in range(10)])
    run = line(camera, sinks=[kept])
    run.run()
    figures = run.summary()
    assert figures["frames"] == figures["levels"]["full"] == 10
    assert figures["coverage"]["full"] == figures["coverage"]["passed_mm"] == 10 * FRAME_MM
    assert figures["defects"] == {"spot": 1}
    assert [i.position_mm for i in kept.seen] == [n * FRAME_MM for n in range(10)]
    assert [i.frame for i in kept.seen if i.defective] == [3]
    assert kept.closed and camera.closed
    assert figures["deadline_ms"] == pytest.approx(20 * LINE_MM / 5000 * 1000)


def test_it_stops_after_the_frames_asked_for():
    run = line(ListCamera([frame(strip(), n) for n in range(50)]))
    run.run(frames=7)
    assert run.summary()["frames"] == 7


def test_frames_with_a_verdict_are_watched_for_drift():
    reference = Drift.model_validate_json(json.dumps(fields()["drift"]))
    bad = BadFrame(3, 0.0, "test", "unreadable", lines=20)
    given = [bad if n == 3 else frame(strip(), n) for n in range(11)]
    run = line(ListCamera(given), drift=DriftMonitor(reference))
    run.run()
    figures = run.summary()["drift"]
    assert figures["frames"] == 10
    assert figures["level"] == "alarm" and figures["alarms"] == 1
    assert line(ListCamera([])).summary()["drift"] is None


def test_numbers_that_are_missing_are_gaps_in_millimetres():
    run = line(ListCamera([frame(strip(), n) for n in (10, 11, 15, 16)]))
    run.run()
    figures = run.summary()
    assert (figures["frames"], figures["gaps"]) == (4, 3)
    assert figures["uninspected_by_cause"] == {"dropped": 3 * FRAME_MM}
    assert figures["coverage"]["passed_mm"] == 7 * FRAME_MM


def test_an_unreadable_frame_is_uninspected_strip():
    bad = BadFrame(1, 0.0, "a.jpg", Cause.UNREADABLE, "cut off")
    run = line(ListCamera([frame(strip(), 0), bad, frame(strip(), 2)]))
    run.run()
    figures = run.summary()
    assert figures["levels"] == {"full": 2, "classified": 0, "gated": 0, "uninspected": 1}
    assert figures["uninspected_by_cause"] == {"unreadable": FRAME_MM}


def test_a_live_camera_that_is_too_fast_loses_frames_openly(clock):
    camera = ListCamera([frame(strip() ^ n % 2, n, clock) for n in range(60)], live=True)
    run = line(camera, cascade(gate_seconds=0.001, clock=clock), ring_frames=4, clock=clock)
    run.run()
    figures = run.summary()
    late = figures["levels"]["uninspected"]
    assert figures["frames"] == 60
    assert late > 0
    assert figures["gaps"] == 0
    assert figures["uninspected_by_cause"] == {"late": late * FRAME_MM}
    assert figures["coverage"]["passed_mm"] == 60 * FRAME_MM


def test_a_camera_that_waits_loses_none(clock):
    camera = ListCamera([frame(strip(), n, clock) for n in range(60)])
    run = line(camera, cascade(gate_seconds=0.0005, clock=clock), ring_frames=2, clock=clock)
    run.run()
    assert run.summary()["levels"]["full"] == 60


def test_when_time_is_short_the_classifier_goes_first(clock):
    camera = PacedCamera(3, period_s=0.05, pixels=strip((5, 5, 220)), clock=clock)
    # The gate takes 12 ms of the 10 ms that a frame has at 1 m/s.
    run = line(camera, cascade(gate_seconds=0.002, clock=clock), speed_m_s=1.0, clock=clock)
    run.run()
    figures = run.summary()
    assert figures["levels"]["gated"] == 3
    assert figures["deadline_misses"] == 3
    assert figures["defects"] == {"unclassified": 3}


def test_one_slow_start_does_not_shut_the_classifier_out(clock):
    camera = PacedCamera(90, period_s=0.004, pixels=strip((5, 5, 220)), clock=clock)
    run = line(camera, budget_ms=1000.0, clock=clock)
    run.judge.stage_clock.record("classifier", 5.0)
    run.run()
    levels = run.summary()["levels"]
    # It is refused as often as runs are remembered, and then tried again.
    assert (levels["gated"], levels["full"]) == (64, 26)


def test_a_frame_whose_deadline_has_passed_makes_way_for_the_next(clock):
    camera = PacedCamera(30, period_s=0.01, clock=clock)
    run = line(camera, cascade(gate_seconds=0.002, clock=clock), speed_m_s=1.0, clock=clock)
    run.run()
    figures = run.summary()
    assert figures["uninspected_by_cause"].keys() == {"late"}
    assert figures["levels"]["full"] > figures["levels"]["uninspected"]
    # A period of 10 ms at most, and the gate's 12 ms.
    assert 12 <= figures["latency_ms"]["p50"] <= figures["latency_ms"]["max"] <= 22.1


def test_stopping_counts_every_frame_that_was_captured(clock):
    camera = PacedCamera(10_000, period_s=0.001, clock=clock)
    run = line(camera, cascade(gate_seconds=0.001, clock=clock), speed_m_s=1.0, clock=clock)
    run.run(watch=lambda seen, _: run.stop() if seen.frame >= 20 else None)
    figures = run.summary()
    assert figures["frames"] == camera.given
    assert figures["gaps"] == 0
    assert figures["coverage"]["passed_mm"] == camera.given * FRAME_MM
    assert camera.closed


def test_a_camera_that_does_not_count_is_followed_by_the_clock(clock):
    start = clock.now()
    frames = [
        Frame(strip(), number, start + after, "stream")
        # 10 mm a frame at 1 m/s: one every 10 ms, then half a second of nothing.
        for number, after in enumerate([0.0, 0.01, 0.02, 0.52, 0.53])
    ]
    camera = ListCamera(frames, live=True)
    camera.counts = False
    run = line(camera, speed_m_s=1.0, clock=clock)
    run.run()
    figures = run.summary()
    assert figures["gaps"] == 49
    assert figures["coverage"]["passed_mm"] == pytest.approx(540, abs=0.1)


def test_positions_follow_frames_of_any_height():
    heights = [20, 20, 10, 20]
    kept = Kept()
    camera = ListCamera([frame(strip(height=h), n) for n, h in enumerate(heights)])
    line(camera, sinks=[kept]).run()
    assert [i.position_mm for i in kept.seen] == [0, 10, 20, 25]


def test_a_camera_that_fails_leaves_the_frames_it_gave():
    class Failing(ListCamera):
        def __iter__(self):
            yield from super().__iter__()
            raise CameraError("camera pulled out")

    run = line(Failing([frame(strip(), n) for n in range(5)]))
    with pytest.raises(CameraError, match="pulled out"):
        run.run()
    assert run.summary()["frames"] == 5


def test_a_sink_that_fails_ends_the_run_and_closes_the_camera():
    class Full(Kept):
        def write(self, inspection, frame):
            raise OSError(28, "No space left on device")

    camera = ListCamera([frame(strip(), n) for n in range(5)])
    with pytest.raises(OSError, match="No space"):
        line(camera, sinks=[Full()]).run()
    assert camera.closed


events = st.lists(st.sampled_from(["clean", "defect", "bad", "gap", "small"]), max_size=30)


@settings(max_examples=40)
@given(events, st.booleans())
def test_coverage_always_adds_up_to_what_passed(happenings, live):
    frames, number = [], 0
    for what in happenings:
        if what == "gap":
            number += 2
        elif what == "bad":
            frames.append(BadFrame(number, 0.0, "x", Cause.UNREADABLE, ""))
        else:
            pixels = strip((5, 5, 220)) if what == "defect" else strip()
            frames.append(frame(pixels[:5] if what == "small" else pixels, number))
        number += 1
    run = line(ListCamera(frames, live=live), ring_frames=100)
    run.run()
    figures = run.summary()
    coverage = figures["coverage"]
    assert figures["frames"] == len(frames) == sum(figures["levels"].values())
    assert sum(coverage[level.value] for level in Level) == coverage["passed_mm"]
    causes = figures["uninspected_by_cause"]
    assert sum(causes.values()) == pytest.approx(coverage["uninspected"])
