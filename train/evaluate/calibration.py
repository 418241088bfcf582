"""Calibration: reliability bins, expected calibration error, and temperature scaling.

A temperature divides all logits before they become probabilities: it keeps the order of a binary
network's scores and changes their confidence (Guo et al. 2017, "On Calibration of Modern Neural
Networks"). The expected calibration error is from the same paper, over bins of equal width.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_expit, log_softmax, logsumexp

BINS = 15
TEMPERATURES = (0.5, 10.0)
"""Bounds of the search. A val without errors would give a temperature of 0, at which one int8
rounding step would make the score jump. The lower bound keeps such a step within the tolerance of
golden frames.
"""
_DECIMALS = 4


class Bin(NamedTuple):
    """Items with similar confidence.

    Attributes:
        confidence: Mean confidence of the items.
        right: Share of the items that are right.
        n: Number of items.
    """

    confidence: float
    right: float
    n: int


def reliability(confidence: ArrayLike, right: ArrayLike, bins: int = BINS) -> tuple[Bin, ...]:
    """Bins of equal width from 0 to 1, lowest first; empty bins are left out.

    Args:
        confidence: Predicted probability of each item, [n], 0 to 1.
        right: Whether the prediction is right, [n] bool.
        bins: Number of bins.
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
    """Mean distance between confidence and accuracy, weighted by items; None without items.

    Args:
        confidence: Predicted probability of each item, [n], 0 to 1.
        right: Whether the prediction is right, [n] bool.
        bins: Number of bins of equal width.
    """
    filled = reliability(confidence, right, bins)
    n = sum(b.n for b in filled)
    return sum(b.n * abs(b.confidence - b.right) for b in filled) / n if n else None


def fit_temperature(
    logits: NDArray[np.floating],
    present: NDArray[np.bool_],
    activation: Literal["softmax", "sigmoid"],
) -> float:
    """The temperature from 0.5 to 10 with the lowest negative log-likelihood; 1 if none is better.

    Args:
        logits: Logits of the network, [n, outputs].
        present: Outputs that are true of each item, [n, outputs]; a softmax needs at least one. If
            several are true, their summed probability counts.
        activation: Activation from logits to probabilities.
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
