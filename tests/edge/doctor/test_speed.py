"""Whether a device holds the speed: what a measured run means."""

from __future__ import annotations

import pytest

from edge.config.line import LineConfig
from edge.doctor.finding import Severity
from edge.doctor.speed import Measured, Measurement, speed
from edge.line.loop import Line
from edge.line.run_state import RunState
from tests.edge.clock import VirtualTime
from tests.edge.fakes import PacedCamera, cascade, hiccuping, strip


def run(p99_ms=10.0, *, frames=391, judged=None, full=None):
    judged = frames if judged is None else judged
    return Measured(5.0, 25.6, p99_ms, frames, judged, judged if full is None else full)


@pytest.mark.parametrize(
    ("measured", "state", "holds", "headroom", "says"),
    [
        (run(10.0), Severity.OK, True, 60.9, "YES, this device holds 5 m/s with 61% headroom"),
        (run(24.0), Severity.WARN, True, 6.2, "YES, this device holds 5 m/s with 6% headroom"),
        (run(10.0, full=390), Severity.OK, True, 60.9, "99.7% were inspected in full"),
        (run(10.0, full=300), Severity.WARN, True, 60.9, "76.7% were inspected in full"),
        (run(26.0), Severity.FAIL, False, -1.6, "NO, this device does not hold 5 m/s: 99 of 100"),
        (
            run(10.0, judged=390),
            Severity.FAIL,
            False,
            60.9,
            "of 391 frames had one at their turn",
        ),
        (run(None, judged=0), Severity.FAIL, False, None, "no frame had a verdict in time"),
        (run(None, frames=0), Severity.FAIL, False, None, "no frame"),
    ],
)
def test_the_verdict_is_yes_or_no_with_headroom(measured, state, holds, headroom, says):
    finding = speed(measured)
    assert finding.state is state
    assert says in finding.what
    assert finding.figures["holds"] is holds
    assert finding.figures["headroom_percent"] == headroom
    assert ("millsight doctor --speed 2.5" in finding.hint) is (state is Severity.FAIL)


def test_what_a_line_does_is_measured_without_its_start():
    clock, config = VirtualTime(), LineConfig(speed_m_s=0.1, mm_per_px=1.0)
    line = Line(
        PacedCamera(30, period_s=0.02, pixels=strip(), clock=clock),
        cascade(gate_seconds=0.001, clock=clock),
        config,
        state=RunState(config, live=True, clock=clock),
    )
    measurement = Measurement(line, warm_up=10)
    line.run(watch=measurement.watch)
    measured = measurement.result()
    assert measured.period_ms == pytest.approx(200.0)
    assert measured.frames == measured.judged == measured.full == 20
    assert measured.p99_ms == pytest.approx(6.0, rel=0.02)


def test_frames_that_are_caught_up_after_a_hiccup_are_not_held():
    clock, config = VirtualTime(), LineConfig(speed_m_s=0.5)
    line = Line(
        PacedCamera(40, period_s=0.02, clock=clock),
        hiccuping(cascade(clock=clock), at=20, seconds=0.15, clock=clock),
        config,
        background=lambda heed: cascade(clock=clock),
        state=RunState(config, live=True, clock=clock),
    )
    measurement = Measurement(line, warm_up=10)
    line.run(watch=measurement.watch)
    measured = measurement.result()
    assert (measured.frames, measured.full) == (30, 30)
    assert measured.judged <= 26
    assert speed(measured).figures["holds"] is False
