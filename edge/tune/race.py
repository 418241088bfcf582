"""Timing that is fair to all who are timed: they take turns, so that a slow minute hits each."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

WARM_UP = 3
"""Runs of each that do not count: the first are several times slower than the next."""

SIEVE_FROM = 5
"""Rounds after which the hopeless are given up."""

HOPELESS = 2.0
"""Hopeless is who is at best so many times slower than the best of the group usually is."""

FEWEST, MOST = 10, 500
"""Rounds: so many at least, however slow the device; no more than so many, however fast."""

Key = TypeVar("Key", bound=Hashable)
Stopwatch = Callable[[], float]
"""Tells seconds, of which only differences mean something."""

Runner = Callable[[int], float]
"""Given the number of the round, runs once and says how many milliseconds that took."""


@dataclass(slots=True)
class RaceTimes:
    """What one runner took.

    Attributes:
        ms: Milliseconds of each round.
        hopeless: Whether it was given up early.
    """

    ms: list[float] = field(default_factory=list)
    hopeless: bool = False

    @property
    def p50(self) -> float:
        return float(np.median(self.ms))

    @property
    def p99(self) -> float:
        return float(np.percentile(self.ms, 99))


def race(
    runners: Mapping[Key, Runner],
    seconds: float,
    *,
    group: Callable[[Key], object] = lambda key: None,
    clock: Stopwatch = time.perf_counter,
) -> dict[Key, RaceTimes]:
    """Time runners in interleaved rounds, each round in another order.

    Args:
        runners: Who takes part.
        seconds: When to stop.
        group: The hopeless are those far slower than the best of their own group.
        clock: Seconds that pass; tells when to stop.
    """
    times = {key: RaceTimes() for key in runners}
    racing = list(runners)
    for runner in runners.values():
        for number in range(WARM_UP):
            runner(number)
    # Who comes after whom matters: idle threads of some engines keep a core for a while.
    shuffle = random.Random(0).shuffle
    until = clock() + seconds
    for number in range(MOST):
        if number >= FEWEST and clock() > until:
            break
        shuffle(racing)
        for key in racing:
            times[key].ms.append(runners[key](number))
        if number + 1 >= SIEVE_FROM:
            racing = _promising(racing, times, group)
    return times


def clocked(
    work: Callable[[Any], object], items: Sequence[Any], clock: Stopwatch = time.perf_counter
) -> Runner:
    """A runner that does the work with one item a round, in turn."""

    def run(number: int) -> float:
        item = items[number % len(items)]
        started = clock()
        work(item)
        return (clock() - started) * 1e3

    return run


def _promising(
    racing: list[Key], times: Mapping[Key, RaceTimes], group: Callable[[Key], object]
) -> list[Key]:
    best: dict[object, float] = {}
    for key in racing:
        best[group(key)] = min(times[key].p50, best.get(group(key), float("inf")))
    for key in racing:
        times[key].hopeless = min(times[key].ms) > HOPELESS * best[group(key)]
    return [key for key in racing if not times[key].hopeless]
