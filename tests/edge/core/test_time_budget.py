"""The time that a verdict may take."""

from __future__ import annotations

import pytest

from edge.core.time_budget import LONGEST_S, period_s, verdict_s


@pytest.mark.parametrize(
    ("lines", "mm", "speed", "seconds"),
    [(256, 0.5, 5.0, 0.0256), (256, 0.5, 10.0, 0.0128), (1000, 1.0, 1.0, 1.0)],
)
def test_the_period_is_the_time_the_frame_takes_to_pass(lines, mm, speed, seconds):
    assert period_s(lines, mm, speed) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("speed", "budget_s", "seconds"),
    [(5.0, None, 0.0256), (5.0, 0.1, 0.1), (0.0, None, LONGEST_S), (1e-9, None, LONGEST_S)],
)
def test_a_verdict_may_take_the_budget_or_the_period_and_never_for_ever(speed, budget_s, seconds):
    assert verdict_s(256, 0.5, speed, budget_s) == pytest.approx(seconds)
