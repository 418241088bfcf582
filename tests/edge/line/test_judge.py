"""A verdict in time, or none; the classifier is put off before the gate is."""

from __future__ import annotations

import time

import pytest

from edge.core.errors import EngineError
from edge.core.frame import BadFrame
from edge.core.inspection import Cause, Level
from edge.line.judge import Judge
from tests.edge.fakes import BlobInstances, cascade, frame, strip
from tests.edge.line.takes import BAD, taken


def seen(pixels=BAD, due_in_s=60.0):
    return taken(frame(pixels), 2, due_in_s=due_in_s)


def test_a_verdict_has_place_time_and_latency():
    verdict = Judge(cascade(), live=True).judge(seen())
    assert verdict.inspection.level is Level.FULL and verdict.inspection.defective
    assert (verdict.inspection.position_mm, verdict.inspection.length_mm) == (20.0, 10.0)
    assert verdict.inspection.at == pytest.approx(time.time(), abs=5)
    assert 0 < verdict.latency_ms < 5000


def test_a_frame_whose_time_is_up_is_late():
    verdict = Judge(cascade(), live=True).judge(seen(due_in_s=-0.001))
    assert (verdict.inspection.cause, verdict.latency_ms) == (Cause.LATE, None)


def test_a_bad_frame_keeps_its_cause():
    bad = taken(BadFrame(0, 0.0, "x", "frozen", "for 3 s"))
    verdict = Judge(cascade(), live=True).judge(bad)
    assert (verdict.inspection.cause, verdict.inspection.detail) == (Cause.FROZEN, "for 3 s")
    assert verdict.latency_ms is None


@pytest.mark.parametrize(("live", "level"), [(True, Level.GATED), (False, Level.FULL)])
def test_a_classifier_that_would_come_late_is_put_off_under_a_live_camera_only(live, level):
    judge = Judge(cascade(), live=live)
    judge.clock.record("classifier", 1000.0)
    inspection = judge.judge(seen()).inspection
    assert inspection.level is level
    assert judge.owes(seen(), inspection) is live


@pytest.mark.parametrize(("waits_s", "level"), [(0.5, Level.GATED), (60.0, Level.FULL)])
def test_the_classifier_costs_no_waiting_frame_its_gate(waits_s, level):
    judge = Judge(cascade(), live=True)
    judge.clock.record("classifier", 0.3)
    judge.clock.record("gate", 0.4)
    first_due_at = time.monotonic() + waits_s
    assert judge.judge(seen(), lambda: first_due_at).inspection.level is level


def test_what_the_last_bundle_needed_is_not_held_against_the_next():
    class Installed:
        """A watch that has found a new bundle."""

        spare = None

        def poll(self, item):
            return cascade()

    judge = Judge(cascade(), live=True, bundles=Installed())
    judge.clock.record("classifier", 1000.0)
    judge.look_for_bundle(seen().item)
    assert judge.judge(seen()).inspection.level is Level.FULL


def test_of_a_frame_in_time_classifier_or_outlines_are_owed():
    judge = Judge(cascade(instances=BlobInstances()), live=True)
    defective, clean = judge.judge(seen()), judge.judge(seen(strip()))
    assert judge.owes(seen(), defective.inspection)
    assert not judge.owes(seen(strip()), clean.inspection)
    assert not judge.owes(seen(), judge.outline(seen(), defective.inspection))


def test_a_late_frame_is_owed_everything_while_it_has_its_pixels():
    judge, late = Judge(cascade(), live=True), seen(due_in_s=-0.001)
    assert judge.owes(late, judge.judge(late).inspection)
    without = late.given_up(Cause.LATE)
    assert not judge.owes(without, judge.judge(without).inspection)


def test_a_late_picture_that_is_none_of_strip_is_owed_nothing():
    judge, black = Judge(cascade(), live=True), seen(strip() * 0, due_in_s=-0.001)
    inspection = judge.judge(black).inspection
    assert inspection.cause is Cause.BLACK and not judge.owes(black, inspection)


def test_without_a_bundle_before_it_a_failing_engine_is_the_end():
    broken = cascade()

    def fail(*_, **__):
        raise EngineError("gone mad")

    broken.inspect = fail
    with pytest.raises(EngineError, match="gone mad"):
        Judge(broken, live=True).judge(seen())
