"""Decides whether one cascade is faster than another by more than measurement noise."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping

import numpy as np

from edge.tune.pick import TIE
from edge.tune.race import WARM_UP, RaceTimes, Stopwatch
from edge.tune.tuning_plan import Comparison, PartName

_FEWEST, _MOST = 20, 1000

PartRunner = Callable[[int], Mapping[PartName, float]]
"""Runs once, given the number of the round; returns the milliseconds of each part."""


def compare(
    default: PartRunner,
    tuned: PartRunner,
    seconds: float,
    clock: Stopwatch = time.perf_counter,
) -> list[Comparison]:
    """Time two cascades alternately and compare each part.

    Args:
        default: The cascade without a plan.
        tuned: The cascade with the plan.
        seconds: Duration of the measurement.
        clock: Stopwatch for the duration.
    """
    for number in range(WARM_UP):
        default(number)
        tuned(number)
    times: dict[PartName, tuple[RaceTimes, RaceTimes]] = {}
    until = clock() + seconds
    for number in range(_MOST):
        if number >= _FEWEST and clock() > until:
            break
        order = (0, 1) if number % 2 else (1, 0)
        for which in order:
            for part, taken in (default, tuned)[which](number).items():
                times.setdefault(part, (RaceTimes(), RaceTimes()))[which].ms.append(taken)
    return [compared(part, *pair) for part, pair in times.items()]


def compared(part: PartName, default: RaceTimes, tuned: RaceTimes) -> Comparison:
    """Compare the times of one part, round by round.

    The tuned cascade is faster if the confidence interval of the median ratio lies below 1, and the
    median is below 1 by more than a tie. The interval is between two order statistics of the ratios
    (Conover, Practical Nonparametric Statistics, 3.2), so that a few slow rounds do not matter.
    """
    ratios = np.sort(np.array(tuned.ms) / np.array(default.ms))
    low, high = _interval(ratios)
    ratio = float(np.median(ratios))
    faster = high < 1 and ratio < 1 - TIE and tuned.p50 < default.p50
    return Comparison(
        part=part,
        default_p50_ms=round(default.p50, 4),
        default_p99_ms=round(default.p99, 4),
        tuned_p50_ms=round(tuned.p50, 4),
        tuned_p99_ms=round(tuned.p99, 4),
        ratio=round(ratio, 4),
        ratio_interval=(round(low, 4), round(high, 4)),
        rounds=len(ratios),
        adopted=faster,
    )


def _interval(ordered: np.ndarray) -> tuple[float, float]:
    """The 95 % confidence interval of the median of ascending values.

    Of 100 values it is between the 40th and the 61st: 50 ± 1.96 * √100 / 2 is 40.2 to 59.8, widened
    to whole values.
    """
    count = len(ordered)
    reach = 1.96 * math.sqrt(count) / 2
    first = max(0, math.floor(count / 2 - reach) - 1)
    last = min(count - 1, math.ceil(count / 2 + reach))
    return float(ordered[first]), float(ordered[last])
