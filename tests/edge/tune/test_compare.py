"""A cascade is called faster where it is so by more than noise, and only there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.tune.compare import compare, compared
from edge.tune.race import RaceTimes


def noisy(ms: float, spread: float, seed: int) -> RaceTimes:
    random = np.random.default_rng(seed)
    return RaceTimes(list(ms * (1 + spread * random.random(40))))


@pytest.mark.parametrize(
    ("tuned_ms", "spread", "adopted"),
    [
        (0.8, 0.05, True),
        (0.99, 0.0, False),
        (0.98, 0.5, False),
        (1.0, 0.0, False),
        (1.5, 0.1, False),
    ],
    ids=["faster", "a tie", "noise", "the same", "slower"],
)
def test_when_it_is_adopted(tuned_ms, spread, adopted):
    found = compared("verdict", noisy(1.0, spread, 1), noisy(tuned_ms, spread, 2))
    assert found.adopted is adopted
    low, high = found.ratio_interval
    assert low <= found.ratio <= high
    assert found.rounds == 40


def test_a_few_slow_rounds_do_not_matter():
    default, tuned = [1.0] * 40, [0.8] * 40
    tuned[3] = tuned[17] = 100.0
    assert compared("verdict", RaceTimes(default), RaceTimes(tuned)).adopted


SPENT = st.lists(st.tuples(st.floats(0.01, 100), st.floats(0.01, 100)), min_size=20, max_size=60)


@given(SPENT)
def test_nothing_slower_by_its_own_measurements_is_adopted(spent):
    default, tuned = (list(ms) for ms in zip(*spent, strict=True))
    found = compared("verdict", RaceTimes(default), RaceTimes(tuned))
    if found.adopted:
        assert np.median(tuned) < np.median(default)
        assert found.ratio < 1 and found.ratio_interval[1] < 1


def test_each_part_is_compared_and_either_goes_first_as_often():
    order: list[str] = []

    def runner(name, verdict, outlines):
        def run(number):
            order.append(name)
            return {"verdict": verdict, "outlines": outlines}

        return run

    found = compare(runner("default", 1.0, 10.0), runner("tuned", 0.5, 10.0), 0)
    assert {c.part: c.adopted for c in found} == {"verdict": True, "outlines": False}
    measured = order[6:]
    firsts = measured[::2]
    assert firsts.count("default") == firsts.count("tuned")
