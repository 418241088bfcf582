"""Steps of the wall clock are told from time that passes, and from a clock that is slewed."""

from __future__ import annotations

import pytest

from edge.core.clock_steps import ClockSteps, duration
from tests.edge.clock import FakeClock


class SetClock(FakeClock):
    def set_by(self, seconds):
        self._epoch += seconds


@pytest.mark.parametrize("seconds", [1.0, 2.0, -1.5, 3600.0, -1.7e9, 6.3e7])
def test_a_step_is_seen_once(seconds):
    clock = SetClock()
    steps = ClockSteps(clock)
    clock.advance(5.0)
    assert steps.look() == 0.0
    clock.set_by(seconds)
    clock.advance(0.25)
    assert steps.look() == pytest.approx(seconds)
    assert steps.look() == 0.0


@pytest.mark.parametrize("rate", [1e-4, 0.1, -0.1])
def test_a_slewed_clock_makes_none(rate):
    clock = SetClock()
    steps = ClockSteps(clock)
    for _ in range(400):
        clock.advance(0.25)
        clock.set_by(0.25 * rate)
        assert steps.look() == 0.0


def test_a_machine_that_was_held_up_between_two_readings_makes_none():
    class Held(SetClock):
        waits = 0

        def wall(self):
            if self.waits:
                self.waits -= 1
                self.advance(3.0)
            return super().wall()

    clock = Held()
    steps = ClockSteps(clock)
    clock.waits = 2
    assert steps.look() == 0.0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "0 s"), (-42, "42 s"), (3600, "1 h"), (7500, "2 h 5 min"), (400 * 86400, "400 d"),
        (86400 + 3 * 3600 + 59, "1 d 3 h"),
    ],
)  # fmt: skip
def test_lengths_of_time_in_words(seconds, words):
    assert duration(seconds) == words
