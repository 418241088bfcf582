"""Beside the line outlines come after the verdict, in a thread of their own, or are given up."""

from __future__ import annotations

import threading

import pytest

from edge.config.line import LineConfig
from edge.core.errors import EngineError
from edge.core.inspection import Level
from edge.line.loop import Line
from edge.line.run_state import RunState
from tests.edge.clock import VirtualTime
from tests.edge.fakes import BlobInstances, ListCamera, PacedCamera, cascade, frame, strip
from tests.edge.line.takes import BAD, Kept

FRAME_MM = 10.0


@pytest.fixture
def clock():
    return VirtualTime()


def line(camera, clock, instances=None, *, background=True, gate_seconds=0.0, sinks=(), **settings):
    """A line at 0.2 m/s: a frame has 50 ms. ``instances`` are those of the background cascade."""
    instances = instances or BlobInstances()
    config = LineConfig(**{"speed_m_s": 0.2} | settings)
    return Line(
        camera,
        cascade(instances=BlobInstances(), gate_seconds=gate_seconds, clock=clock),
        config,
        background=(lambda heed: cascade(instances=instances, clock=clock)) if background else None,
        sinks=sinks,
        state=RunState(config, live=camera.live, clock=clock),
    )


def run(camera, clock, instances=None, **settings):
    kept = Kept()
    made = line(camera, clock, instances, sinks=[kept], **settings)
    made.run()
    return made.summary(), kept


def paced(frames, clock, *, period_s=0.05):
    return PacedCamera(frames, period_s=period_s, pixels=BAD, clock=clock)


def spotted(count, every=1):
    return [frame(BAD if n % every == 0 else strip(), n) for n in range(count)]


@pytest.mark.parametrize("background", [True, False])
def test_defects_are_outlined_where_they_lie_on_the_coil(background, clock):
    camera = ListCamera([frame(BAD if n == 3 else strip(), n) for n in range(5)])
    slow = BlobInstances(seconds=0.02, clock=clock)
    figures, kept = run(camera, clock, slow, background=background)
    assert [d.along_mm for i in kept.of("frame") for d in i.defects] == [3 * FRAME_MM + 2.5]
    assert figures["levels"]["full"] == 5
    assert figures["defects"] == {"spot": 1}


def test_a_run_without_outlines_has_none_to_time(clock):
    figures, _ = run(ListCamera([frame(strip(), n) for n in range(3)]), clock)
    assert set(figures["instances_ms"].values()) == {None}
    assert (figures["deferred"], figures["caught_up"]) == (0, 0)


@pytest.mark.parametrize("background", [True, False])
def test_a_camera_that_waits_has_every_defect_outlined_in_order(background, clock):
    figures, kept = run(
        ListCamera(spotted(40, every=3)),
        clock,
        BlobInstances(seconds=0.01, clock=clock),
        background=background,
        arrears_frames=2,
        instances_within_ms=1,
    )
    assert figures["levels"]["full"] == 40
    assert kept.frames == list(range(40))
    assert all(i.level is Level.FULL for i in kept.of("frame"))


def test_what_a_camera_that_waits_gets_is_what_it_got_at_once(clock):
    at_once, later = (
        run(ListCamera(spotted(20, 2)), clock, background=background)[1]
        for background in (False, True)
    )
    for one, other in zip(at_once.of("frame"), later.of("frame"), strict=True):
        assert (one.frame, one.level, one.defects) == (other.frame, other.level, other.defects)
        assert (one.position_mm, one.length_mm) == (other.position_mm, other.length_mm)


def test_the_verdict_is_told_at_once_and_outlines_come_later(clock):
    kept = Kept()
    seen = []
    slow = BlobInstances(seconds=0.1, clock=clock)
    made = line(paced(4, clock), clock, slow, sinks=[kept])
    made.run(watch=lambda inspection, latency_ms: seen.append((inspection, latency_ms)))
    assert [i.level for i, _ in seen] == [Level.CLASSIFIED] * 4
    assert [i.level for i in kept.of("frame")] == [Level.FULL] * 4
    figures = made.summary()
    # The fourth frame comes after 150 ms, when one is in hand, and waits for two more.
    assert figures["instances_ms"]["max"] == pytest.approx(250)
    assert (figures["deferred"], figures["caught_up"]) == (4, 4)


def test_slow_outlines_hold_up_no_verdict(clock):
    # They take ten periods.
    slow = BlobInstances(seconds=0.5, clock=clock)
    figures, kept = run(paced(30, clock), clock, slow, gate_seconds=0.001)
    assert figures["levels"]["uninspected"] == figures["levels"]["gated"] == 0
    assert figures["latency_ms"]["max"] == pytest.approx(6.0)
    assert figures["levels"]["classified"] >= 20
    assert kept.frames == list(range(30))
    assert figures["events"]["overload"] == 1


def test_outlines_come_within_their_time_or_not_at_all(clock):
    slow = BlobInstances(seconds=0.12, clock=clock)
    figures, _ = run(paced(12, clock), clock, slow, instances_within_ms=300)
    assert figures["levels"]["full"] + figures["levels"]["classified"] == 12
    assert figures["levels"]["classified"] > 0 and figures["levels"]["full"] > 0
    assert figures["instances_ms"]["max"] <= 300
    # What is given up is the outline, not the verdict.
    assert figures["defects"] == {"spot": 12}
    assert figures["coverage"]["classified"] == figures["levels"]["classified"] * FRAME_MM


def test_where_nothing_catches_up_a_live_camera_s_defects_are_not_outlined(clock):
    figures, _ = run(paced(5, clock), clock, background=False)
    assert figures["levels"]["classified"] == 5
    assert figures["events"] == {}


def test_a_classifier_that_was_deferred_is_caught_up(clock):
    # The gate takes 12 ms of the 10 ms that a frame has at 1 m/s: the classifier never fits.
    figures, kept = run(paced(5, clock), clock, gate_seconds=0.002, speed_m_s=1.0)
    assert figures["levels"]["full"] == 5
    assert figures["deferred"] == figures["caught_up"] == 5
    assert figures["defects"] == {"spot": 5}
    assert figures["events"]["overload"] == 1
    assert figures["deadline_misses"] == 5
    assert "without classes" in next(e.text for e in kept.of("event"))


def test_capture_verdicts_outlines_and_recording_overlap(clock):
    # 20 ms each, one after the other, would be 80 ms a frame; frames come every 25 ms.
    busy, together, most = set(), threading.Lock(), []

    def work(name):
        with together:
            busy.add(name)
            most.append(len(busy))
        clock.sleep(0.02)
        with together:
            busy.discard(name)

    class Drawing(PacedCamera):
        def __iter__(self):
            for each in super().__iter__():
                work("camera")
                yield each

    class Slow(Kept):
        def write(self, inspection, frame):
            work("recorder")
            super().write(inspection, frame)

    class Outlines(BlobInstances):
        def find(self, pixels, suspicious=None):
            work("deferred")
            return super().find(pixels, suspicious)

    judge = cascade(instances=BlobInstances(), clock=clock)
    plain = judge.inspect

    def inspect(*args, **more):
        work("verdict")
        return plain(*args, **more)

    judge.inspect = inspect
    config = LineConfig(budget_ms=1000.0, instances_within_ms=30_000)
    made = Line(
        Drawing(40, period_s=0.025, pixels=BAD, clock=clock),
        judge,
        config,
        background=lambda heed: cascade(instances=Outlines(), clock=clock),
        sinks=[Slow()],
        state=RunState(config, live=True, clock=clock),
    )
    started = clock.now()
    made.run()
    assert made.summary()["levels"]["full"] == 40
    assert max(most) >= 3
    assert clock.now() - started == pytest.approx(40 * 0.025, abs=0.1)


def test_stopping_records_what_is_deferred_as_it_stands(clock):
    slow = BlobInstances(seconds=0.2, clock=clock)
    kept = Kept()
    camera = paced(10_000, clock, period_s=0.005)
    made = line(camera, clock, slow, sinks=[kept], speed_m_s=0.02)
    made.run(watch=lambda seen, _: made.stop() if seen.frame >= 10 else None)
    assert kept.frames == list(range(camera.given))
    levels = made.summary()["levels"]
    assert levels["classified"] > 0
    assert sum(levels.values()) == camera.given
    assert kept.closed


def test_an_engine_that_fails_while_it_catches_up_ends_the_run_and_counts_every_frame(clock):
    class Broken(BlobInstances):
        def find(self, pixels, suspicious=None):
            raise EngineError("gone mad")

    kept = Kept()
    made = line(ListCamera(spotted(30)), clock, Broken(), sinks=[kept])
    with pytest.raises(EngineError, match="gone mad"):
        made.run()
    figures = made.summary()
    assert kept.frames == list(range(figures["frames"]))
    assert kept.closed


@pytest.mark.parametrize("live", [False, True])
def test_whatever_is_given_up_coverage_adds_up(live, clock):
    frames = [frame(BAD, n, clock) for n in range(30)]
    slow = BlobInstances(seconds=0.002, clock=clock)
    figures, kept = run(ListCamera(frames, live=live), clock, slow)
    coverage = figures["coverage"]
    assert sum(coverage[level.value] for level in Level) == coverage["passed_mm"] == 300.0
    assert kept.frames == list(range(30))
