"""Who takes part in a race is timed fairly, and the hopeless are not timed for long."""

from __future__ import annotations

import pytest

from edge.tune.race import FEWEST, SIEVE_FROM, WARM_UP, RaceTimes, clocked, race


def test_a_slow_minute_hits_all_alike():
    now = [0.0]

    def runner(own):
        def run(number):
            now[0] += 1
            # The machine is ten times slower for the second half.
            return own * (10 if number >= FEWEST // 2 else 1)

        return run

    times = race({"fast": runner(1.0), "slow": runner(1.5)}, 0)
    assert times["slow"].p50 == 1.5 * times["fast"].p50
    assert len(times["fast"].ms) == len(times["slow"].ms) == FEWEST


def test_the_hopeless_are_given_up_and_the_others_are_not():
    seen = {"best": 0, "near": 0, "hopeless": 0}

    def runner(name, ms):
        def run(number):
            seen[name] += 1
            return ms

        return run

    times = race(
        {"best": runner("best", 1), "near": runner("near", 1.9), "hopeless": runner("hopeless", 3)},
        0,
    )
    assert [name for name, taken in times.items() if taken.hopeless] == ["hopeless"]
    assert seen == {
        "best": WARM_UP + FEWEST,
        "near": WARM_UP + FEWEST,
        "hopeless": WARM_UP + SIEVE_FROM,
    }


def test_one_slow_round_makes_nobody_hopeless():
    times = race({"a": lambda n: 1.0, "b": lambda n: 1.1 if n == 0 else 50.0}, 0)
    assert not times["b"].hopeless


def test_candidates_are_hopeless_within_their_group():
    runners = {("int8", 1): lambda n: 1.0, ("float32", 1): lambda n: 9.0}
    times = race(runners, 0, group=lambda key: key[0])
    assert not any(taken.hopeless for taken in times.values())


def test_the_order_changes_from_round_to_round():
    order: list[str] = []

    def runner(name):
        def run(number):
            order.append(name)
            return 1.0

        return run

    race({name: runner(name) for name in "abc"}, 0)
    rounds = ["".join(order[i : i + 3]) for i in range(3 * WARM_UP, len(order), 3)]
    assert len(set(rounds)) > 2 and all(sorted(turn) == ["a", "b", "c"] for turn in rounds)


def test_items_are_taken_in_turn():
    seen: list[str] = []
    run = clocked(seen.append, ["x", "y"])
    assert all(run(number) >= 0 for number in range(3))
    assert seen == ["x", "y", "x"]


def test_percentiles():
    times = RaceTimes([float(ms) for ms in range(101)])
    assert (times.p50, times.p99) == (50, pytest.approx(99))
