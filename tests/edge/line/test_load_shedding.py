"""An overload is said at once, said again where it gets worse, and its end once it is calm."""

from __future__ import annotations

import time

from edge.core.events import EventKind
from edge.line import load_shedding as overload_module
from edge.line.load_shedding import OverloadMonitor, ShedStage


def test_a_spell_is_announced_once_and_again_for_each_step_down():
    overload = OverloadMonitor(calm_s=60.0)
    steps = [ShedStage.OUTLINES, ShedStage.OUTLINES, ShedStage.VERDICT, ShedStage.CLASSES]
    events = [overload.given_up(what, 12.5) for what in steps]
    assert [event is not None for event in events] == [True, False, True, False]
    assert {event.kind for event in events if event} == {EventKind.OVERLOAD}
    assert "not outlined" in events[0].text and "without a verdict" in events[2].text
    assert events[0].position_mm == 12.5
    assert overload.look(0.0) is None


def test_its_end_counts_what_was_given_up():
    overload = OverloadMonitor(calm_s=0.05)
    assert overload.look(0.0) is None
    for what in (ShedStage.OUTLINES, ShedStage.OUTLINES, ShedStage.VERDICT):
        overload.given_up(what, 0.0)
    time.sleep(0.06)
    event = overload.look(99.0)
    assert event.kind is EventKind.OVERLOAD_OVER
    assert "1 without a verdict in time, 2 not outlined in time" in event.text
    assert overload.look(99.0) is None
    assert overload.given_up(ShedStage.OUTLINES, 0.0) is not None


def test_strain_never_outlasts_half_of_the_time_to_catch_up_in():
    overload = OverloadMonitor(within_s=0.1)
    overload.given_up(ShedStage.VERDICT, 0.0)
    assert overload.strain() is ShedStage.VERDICT
    time.sleep(0.06)
    assert overload.strain() is None


def test_strain_is_the_worst_of_the_last_moment(monkeypatch):
    for what, seconds in ((ShedStage.CLASSES, 0.2), (ShedStage.VERDICT, 0.4)):
        monkeypatch.setitem(overload_module.STRAIN_S, what, seconds)
    overload = OverloadMonitor()
    assert overload.strain() is None
    for what in ShedStage:
        overload.given_up(what, 0.0)
    assert overload.strain() is ShedStage.VERDICT
    time.sleep(0.25)
    overload.given_up(ShedStage.CLASSES, 0.0)
    assert overload.strain() is ShedStage.VERDICT
    time.sleep(0.17)
    assert overload.strain() is ShedStage.CLASSES
    time.sleep(0.2)
    overload.given_up(ShedStage.OUTLINES, 0.0)
    assert overload.strain() is None
