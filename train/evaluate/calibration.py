"""How far a network's probabilities can be taken at their word, and one temperature to mend them.

A temperature divides all logits before they become probabilities: the order of a binary network's
scores stays, their sureness changes (Guo et al. 2017, "On Calibration of Modern Neural Networks").
The expected calibration error is theirs too, over bins of equal width.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_expit, log_softmax, logsumexp

BINS = 15
TEMPERATURES = (0.5, 10.0)
"""Bounds of the search. A val on which nothing is wrong would ask for a temperature of 0, which
makes of an int8 rounding a leap of the score: the lower bound keeps that within what golden frames
are allowed.
"""
_DECIMALS = 4


class Bin(NamedTuple):
    """Items of about one confidence.

    Attributes:
        confidence: Their mean confidence.
        right: Share of them that are right.
        n: How many they are.
    """

    confidence: float
    right: float
    n: int


def reliability(confidence: ArrayLike, right: ArrayLike, bins: int = BINS) -> tuple[Bin, ...]:
    """Bins of equal width over 0 to 1, lowest first; those without items are left out.

    Args:
        confidence: The probability given to each item, [n], 0 to 1.
        right: Whether what it was given to is so, [n] bool.
        bins: How many.
    """
    sure, so = np.asarray(confidence, np.float64), np.asarray(right, np.float64)
    place = np.minimum((sure * bins).astype(np.intp), bins - 1)
    counts = np.bincount(place, minlength=bins)
    sums = (np.bincount(place, values, minlength=bins) for values in (sure, so))
    return tuple(
        Bin(float(total / n), float(hits / n), int(n))
        for total, hits, n in zip(*sums, counts, strict=True)
        if n
    )


def expected_calibration_error(
    confidence: ArrayLike, right: ArrayLike, bins: int = BINS
) -> float | None:
    """Mean distance of confidence from the share right, weighted by items; None of nothing.

    Args:
        confidence: The probability given to each item, [n], 0 to 1.
        right: Whether what it was given to is so, [n] bool.
        bins: Of equal width.
    """
    filled = reliability(confidence, right, bins)
    n = sum(b.n for b in filled)
    return sum(b.n * abs(b.confidence - b.right) for b in filled) / n if n else None


def fit_temperature(
    logits: NDArray[np.floating],
    present: NDArray[np.bool_],
    activation: Literal["softmax", "sigmoid"],
) -> float:
    """The temperature with the least negative log-likelihood, of 0.5 to 10; 1 where none helps.

    Args:
        logits: What the network says, [n, outputs].
        present: Which outputs are so of each item, [n, outputs], one or more for a softmax. Of
            several, the probability that they have together counts.
        activation: What turns logits into probabilities.
    """
    exact = logits.astype(np.float64)

    def loss(log_temperature: float) -> float:
        scaled = exact * np.exp(-log_temperature)
        if activation == "sigmoid":
            return float(-log_expit(np.where(present, scaled, -scaled)).mean())
        together = logsumexp(np.where(present, log_softmax(scaled, axis=1), -np.inf), axis=1)
        return float(-together.mean())

    low, high = np.log(TEMPERATURES)
    best = minimize_scalar(loss, bounds=(low, high), method="bounded")
    return round(float(np.exp(best.x)), _DECIMALS) if best.fun < loss(0.0) else 1.0
