"""A verdict in time, or none; the classifier is put off before the gate is."""

from __future__ import annotations

import numpy as np
import pytest

from edge.core.errors import EngineError
from edge.core.frame import BadFrame
from edge.core.inspection import Cause, Level
from edge.line.judge import Judge
from edge.line.run_state import RunState
from tests.edge.clock import FakeClock
from tests.edge.fakes import BlobInstances, cascade, frame, strip
from tests.edge.line.takes import BAD, captured

CLOCK = FakeClock()


def judging(cascade_=None, *, live=True, **settings):
    run = RunState(live=live, clock=CLOCK)
    return Judge(cascade_ or cascade(clock=CLOCK), run, **settings)


def seen(pixels=BAD, due_in_s=60.0):
    """A frame whose last line was taken 5 ms ago."""
    item = captured(frame(pixels, 0, CLOCK), 2, due_in_s=due_in_s, clock=CLOCK)
    CLOCK.advance(0.005)
    return item


def test_a_verdict_has_place_time_and_latency():
    verdict = judging().judge(seen())
    assert verdict.inspection.level is Level.FULL and verdict.inspection.defective
    assert (verdict.inspection.position_mm, verdict.inspection.length_mm) == (20.0, 10.0)
    assert verdict.inspection.at == pytest.approx(CLOCK.wall() - 0.005)
    assert verdict.latency_ms == pytest.approx(5.0)


def test_a_frame_whose_time_is_up_is_late():
    verdict = judging().judge(seen(due_in_s=-0.001))
    assert (verdict.inspection.cause, verdict.latency_ms) == (Cause.LATE, None)


def test_a_bad_frame_keeps_its_cause():
    bad = captured(BadFrame(0, 0.0, "x", "frozen", "for 3 s"))
    verdict = judging().judge(bad)
    assert (verdict.inspection.cause, verdict.inspection.detail) == (Cause.FROZEN, "for 3 s")
    assert verdict.latency_ms is None


@pytest.mark.parametrize(("live", "level"), [(True, Level.GATED), (False, Level.FULL)])
def test_a_classifier_that_would_come_late_is_put_off_under_a_live_camera_only(live, level):
    judge = judging(live=live)
    judge.stage_clock.record("classifier", 1000.0)
    assert judge.judge(seen()).inspection.level is level


@pytest.mark.parametrize(("waits_s", "level"), [(0.5, Level.GATED), (60.0, Level.FULL)])
def test_the_classifier_costs_no_waiting_frame_its_gate(waits_s, level):
    judge = judging()
    judge.stage_clock.record("classifier", 0.3)
    judge.stage_clock.record("gate", 0.4)
    first_due_at = CLOCK.now() + waits_s
    assert judge.judge(seen(), lambda: first_due_at).inspection.level is level


def test_what_the_last_bundle_needed_is_not_held_against_the_next():
    class Installed:
        """A watch that has found a new bundle."""

        background = None

        def poll(self, item):
            return cascade()

    judge = judging(bundles=Installed())
    judge.stage_clock.record("classifier", 1000.0)
    judge.look_for_bundle(seen().item)
    assert judge.judge(seen()).inspection.level is Level.FULL


def test_outlines_are_drawn_here_where_nothing_catches_up():
    judge = judging(cascade(instances=BlobInstances()), live=False)
    defective = judge.judge(seen()).inspection
    assert defective.level is Level.CLASSIFIED
    assert judge.outline(seen(), defective).level is Level.FULL


def test_a_late_faulty_picture_has_its_own_cause():
    judge, black = judging(), seen(strip() * 0, due_in_s=-0.001)
    assert judge.judge(black).inspection.cause is Cause.BLACK


def test_without_a_bundle_before_it_a_failing_engine_is_the_end():
    broken = cascade()

    def fail(*_, **__):
        raise EngineError("gone mad")

    broken.inspect = fail
    with pytest.raises(EngineError, match="gone mad"):
        judging(broken).judge(seen())


class Before:
    """Stands in for the watch over installed bundles: there is one to go back to, once."""

    def __init__(self, cascade_, manifest=None):
        self.before = cascade_
        self.background = None
        self.errors = []

    def poll(self, frame):
        return None

    def fall_back(self, error):
        self.errors.append(error)
        before, self.before = self.before, None
        return before


def not_finite():
    judges = cascade(clock=CLOCK)
    judges.networks.gate.engine.run = lambda batch: np.full((len(batch), 1), np.nan, np.float32)
    return judges


def test_scores_that_are_no_numbers_lead_back_to_the_bundle_before():
    watch = Before(cascade(clock=CLOCK))
    judge = judging(not_finite(), bundles=watch)
    verdict = judge.judge(seen())
    assert verdict.inspection.level is Level.FULL and verdict.inspection.defective
    assert "no finite numbers" in watch.errors[0].what


def test_without_one_such_frames_are_uninspected_and_it_is_told_once():
    state = RunState(live=True, clock=CLOCK)
    told = []
    judge = Judge(not_finite(), state)
    for level in (240, 241, 242):
        verdict = judge.judge(seen(strip((5, 5, level))))
        assert verdict.inspection.cause is Cause.NOT_FINITE
        assert verdict.latency_ms is None
    state.events.pass_on(told.append)
    assert [event.kind.value for event in told] == ["bundle"]
    assert "not inspected" in told[0].text
