"""Under any load, loss and stop every frame is recorded once, and every millimetre counts."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.cameras.base import Camera
from edge.config.line import LineConfig
from edge.core.coverage import Gap
from edge.core.frame import (
    Absence,
    BadFrame,
    Frame,
)
from edge.core.inspection import Level
from edge.line.loop import Line
from edge.line.run_state import RunState
from edge.position.encoder import EncoderPosition
from tests.edge.clock import VirtualTime
from tests.edge.fakes import BlobInstances, cascade, strip
from tests.edge.line.takes import BAD, Kept

PERIOD_S = 0.002
"""10 mm at 5 m/s."""

LINES = 20
CLEAN = strip(height=LINES)
HAPPENINGS = ["clean", "clean", "defect", "defect", "unreadable", "black", "small", "absence"]


class Script(Camera):
    """Does what it is told, as fast as it may: (what, frames lost before it, pause in periods)."""

    name = "script"

    def __init__(self, script, clock, *, live, encoder):
        self.live, self.counts = live, True
        self._clock = clock
        self._script = script
        self._encoder = encoder
        self.given = []
        self.closed = False

    def __iter__(self):
        number = moved = 0
        for what, lost, pause, step in self._script:
            if self.closed:
                return
            # Some time passes between any two: no strip moves in none.
            self._clock.sleep(pause * PERIOD_S if self.live and pause else 1e-6)
            number += lost
            moved += step
            at = self._clock.now()
            count = moved if self._encoder else None
            if what == "absence":
                if not self.live:
                    continue
                item = Absence(at, self.name, "camera lost")
            elif what in {"unreadable", "black"}:
                item = BadFrame(number, at, self.name, what, encoder=count)
            else:
                pixels = {"clean": CLEAN, "defect": BAD, "small": CLEAN[:5]}[what]
                item = Frame(pixels, number, at, self.name, encoder=count)
            number += what != "absence"
            self.given.append(item)
            yield item

    def close(self):
        self.closed = True

    @property
    def frames(self):
        return [item.number for item in self.given if not isinstance(item, Absence)]


happenings = st.tuples(
    st.sampled_from(
        ["clean", "clean", "defect", "defect", "unreadable", "black", "small", "absence"]
    ),
    st.sampled_from([0, 0, 0, 0, 1, 5]),
    st.sampled_from([0, 0, 1, 3]),
    st.integers(0, 400),
)
lines = st.fixed_dictionaries(
    {
        "ring_frames": st.integers(1, 4),
        "arrears_frames": st.integers(1, 4),
        "order": st.sampled_from(["newest", "in-order"]),
        "instances_within_ms": st.sampled_from([5.0, 50.0, 5000.0]),
    }
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(
    script=st.lists(happenings, max_size=40),
    live=st.booleans(),
    encoder=st.booleans(),
    config=lines,
    gate_s=st.sampled_from([0.0, 0.0005]),
    outline_s=st.sampled_from([0.0, 0.004]),
    stop_after=st.none() | st.integers(0, 20),
    background=st.booleans(),
)
def test_every_frame_is_recorded_once_in_order_and_every_millimetre_counts(
    script, live, encoder, config, gate_s, outline_s, stop_after, background
):
    clock = VirtualTime()
    camera, kept = Script(script, clock, live=live, encoder=encoder), Kept()
    position = None
    if encoder:
        # The script runs faster than any strip.
        position = EncoderPosition(
            mm_per_count=0.1, mm_per_line=0.5, speed_m_s=5.0, lines=LINES, max_m_s=1e9
        )
    line_config = LineConfig(**config)
    outlines = BlobInstances(seconds=outline_s, clock=clock)
    line = Line(
        camera,
        cascade(gate_seconds=gate_s, instances=outlines, clock=clock),
        line_config,
        background=(lambda heed: cascade(instances=outlines, clock=clock)) if background else None,
        position=position,
        sinks=[kept],
        state=RunState(line_config, live=live, clock=clock),
    )
    seen = []

    def watch(inspection, latency_ms):
        seen.append(inspection.frame)
        if stop_after is not None and len(seen) > stop_after:
            line.stop()

    line.run(watch=watch)
    figures = line.summary()

    # Every frame once, in the order taken.
    assert kept.frames == camera.frames
    assert figures["frames"] == sum(figures["levels"].values()) == len(camera.frames)
    assert Counter(i.level.value for i in kept.of("frame")) == Counter(
        {level: n for level, n in figures["levels"].items() if n}
    )

    # Millimetres: levels add up to what passed, and that is what sinks were told piece by piece.
    coverage = figures["coverage"]
    assert sum(coverage[level.value] for level in Level) == coverage["passed_mm"]
    assert sum(figures["uninspected_by_cause"].values()) == pytest.approx(
        coverage["uninspected"], abs=0.01
    )
    pieces = [what.length_mm for kind, what in kept.told if kind in {"frame", "gap"}]
    assert sum(pieces) == pytest.approx(coverage["passed_mm"], abs=0.01)
    if encoder and camera.given and not isinstance(camera.given[0], Absence):
        # What passed is what the encoder counted after the first frame, however it was inspected.
        counts = [item.encoder for item in camera.given if not isinstance(item, Absence)]
        first = sum(pieces) - (counts[-1] - counts[0]) * 0.1
        lines_of_first = getattr(camera.given[0], "pixels", range(LINES)).__len__()
        assert first == pytest.approx(lines_of_first * 0.5, abs=0.01)
    gaps = [gap for gap in kept.of("gap") if isinstance(gap, Gap)]
    assert sum(gap.frames for gap in gaps) <= figures["gaps"]

    # What is given up, and what never is.
    if not live:
        assert figures["levels"]["gated"] == 0
        assert figures["events"].get("overload", 0) == 0
        if stop_after is None:
            assert figures["levels"]["classified"] == 0
            assert set(figures["uninspected_by_cause"]) <= {
                "unreadable",
                "black",
                "dropped",
                "wrong size",
            }
    assert figures["caught_up"] <= figures["deferred"]
