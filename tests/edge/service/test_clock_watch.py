"""A clock that is set, or that cannot be right, is told as an event."""

from __future__ import annotations

import pytest

from edge.core.events import EventKind
from edge.service.clock_watch import ClockWatch
from tests.edge.clock import FakeClock


class SetClock(FakeClock):
    def set_by(self, seconds):
        self._epoch += seconds


@pytest.mark.parametrize(
    ("seconds", "words"), [(4000.0, "forward by 1 h 6 min"), (-86400.0 * 3, "back by 3 d")]
)
def test_a_step_is_told_once_with_the_new_time(seconds, words):
    told, clock = [], SetClock()
    watch = ClockWatch(told.append, clock)
    watch.tick()
    clock.set_by(seconds)
    watch.tick()
    watch.tick()
    (event,) = told
    assert event.kind is EventKind.CLOCK and words in event.text
    assert event.at == clock.wall()


@pytest.mark.parametrize(("wall", "count"), [(12.0, 1), (1.73e9, 1), (1.795e9, 0)])
def test_a_clock_before_the_program_was_made_is_told_of_at_the_start(wall, count):
    told = []
    ClockWatch(told.append, FakeClock(wall=wall))
    assert len(told) == count
