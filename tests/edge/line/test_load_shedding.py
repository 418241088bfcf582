"""An overload is said at once, said again where it gets worse, and its end once it is calm."""

from __future__ import annotations

import pytest

from edge.core.events import EventKind
from edge.line.load_shedding import HOLD_S, OverloadMonitor, ShedStage
from tests.edge.clock import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


def test_an_overload_is_reported_once_and_again_when_it_gets_worse(clock):
    overload = OverloadMonitor(recovery_s=60.0, clock=clock)
    steps = [ShedStage.OUTLINES, ShedStage.OUTLINES, ShedStage.VERDICT, ShedStage.CLASSES]
    events = [overload.shed(stage, 12.5) for stage in steps]
    assert [event is not None for event in events] == [True, False, True, False]
    assert {event.kind for event in events if event} == {EventKind.OVERLOAD}
    assert "not outlined" in events[0].text and "without a verdict" in events[2].text
    assert (events[0].position_mm, events[0].at) == (12.5, clock.wall())
    clock.advance(59.9)
    assert overload.check_recovery(0.0) is None


def test_its_end_counts_the_skipped_stages(clock):
    overload = OverloadMonitor(recovery_s=10.0, clock=clock)
    assert overload.check_recovery(0.0) is None
    for stage in (ShedStage.OUTLINES, ShedStage.OUTLINES, ShedStage.VERDICT):
        overload.shed(stage, 0.0)
        clock.advance(1.5)
    assert overload.check_recovery(99.0) is None
    clock.advance(8.5)
    event = overload.check_recovery(99.0)
    assert event.kind is EventKind.OVERLOAD_OVER
    assert "it lasted 3.0 s" in event.text
    assert "1 without a verdict in time, 2 not outlined in time" in event.text
    assert overload.check_recovery(99.0) is None
    assert overload.shed(ShedStage.OUTLINES, 0.0) is not None


def test_stages_are_held_for_at_most_half_of_the_time_limit(clock):
    overload = OverloadMonitor(within_s=0.1, clock=clock)
    overload.shed(ShedStage.VERDICT, 0.0)
    clock.advance(0.049)
    assert overload.recently_shed() is ShedStage.VERDICT
    clock.advance(0.002)
    assert overload.recently_shed() is None


def test_the_most_important_recently_shed_stage_is_reported(clock):
    overload = OverloadMonitor(clock=clock)
    assert overload.recently_shed() is None
    for stage in ShedStage:
        overload.shed(stage, 0.0)
    assert overload.recently_shed() is ShedStage.VERDICT
    clock.advance(HOLD_S[ShedStage.VERDICT] - 0.01)
    overload.shed(ShedStage.CLASSES, 0.0)
    assert overload.recently_shed() is ShedStage.VERDICT
    clock.advance(0.02)
    assert overload.recently_shed() is ShedStage.CLASSES
    clock.advance(HOLD_S[ShedStage.CLASSES])
    overload.shed(ShedStage.OUTLINES, 0.0)
    assert overload.recently_shed() is None
