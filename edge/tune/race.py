"""Fair timing of several candidates: they run in turns, so that a slow period affects all."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

WARM_UP = 3
"""Uncounted runs of each candidate: the first runs are several times slower than later ones."""

SIEVE_FROM = 5
"""Rounds after which hopeless candidates are dropped."""

HOPELESS = 2.0
"""A candidate is hopeless if its fastest run takes more than so many times the best median of its
group."""

FEWEST, MOST = 10, 500
"""Least and greatest number of rounds, regardless of the device's speed."""

Key = TypeVar("Key", bound=Hashable)
Stopwatch = Callable[[], float]
"""Returns seconds, of which only differences have a meaning."""

Runner = Callable[[int], float]
"""Runs once, given the number of the round; returns the milliseconds taken."""


@dataclass(slots=True)
class RaceTimes:
    """The times of one candidate.

    Attributes:
        ms: Milliseconds of each round.
        hopeless: Whether it was dropped early.
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
    """Time candidates in interleaved rounds, each round in another order.

    Args:
        runners: The candidates.
        seconds: Duration of the measurement.
        group: Group of a candidate; it is hopeless compared with the best of its group.
        clock: Stopwatch for the duration.
    """
    times = {key: RaceTimes() for key in runners}
    racing = list(runners)
    for runner in runners.values():
        for number in range(WARM_UP):
            runner(number)
    # The order matters: idle threads of some engines occupy a core for a while.
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
    """A runner that does the work on one item per round, items in turn."""

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
