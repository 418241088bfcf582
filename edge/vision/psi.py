"""Population-stability index of grey levels and of gate scores.

The index is the sum of (actual - expected) * ln(actual / expected) over bins (N. Siddiqi, Credit
Risk Scorecards, Wiley 2006). The customary limits are 0.1 for a possible and 0.25 for a definite
shift, for large independent samples. For n samples without any shift the index is already about
(bins - 1) / n or more (B. Yurdakul, Statistical Properties of Population Stability Index, Western
Michigan University 2018), so a bundle has its own limits, measured on windows of its data.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge.core.frame import Pixels

Floats = NDArray[np.float64]

SMOOTHING = 1e-3
"""Share of the uniform distribution that is mixed into both histograms, so that an empty bin gives
a finite index (F. Jelinek and R. Mercer, Pattern Recognition in Practice, 1980)."""

STRIDE = 8
"""Every eighth pixel of every eighth line of a frame is counted: one in 64."""

_MIXES = 33


def psi(expected: Floats, actual: Floats) -> Floats:
    """The index between histograms of shares [..., bins]; one number at least 0 for each pair.

    A quarter of the pixels has moved from the dark to the bright bin:
    (0.5 - 0.75) * ln(0.5 / 0.75) + (0.5 - 0.25) * ln(0.5 / 0.25) = 0.101 + 0.173 = 0.275, and
    slightly less after smoothing.

        >>> round(float(psi(np.array([0.75, 0.25]), np.array([0.5, 0.5]))), 3)
        0.274
    """
    bins = expected.shape[-1]
    e, a = ((1 - SMOOTHING) * shares + SMOOTHING / bins for shares in (expected, actual))
    return np.asarray(((a - e) * np.log(a / e)).sum(axis=-1))


class GreyIndex:
    """The index between frames' grey levels and those of the training frames.

    Args:
        edges: First grey level of each bin except the lowest, ascending.
        expected: Share of the training frames' pixels in each bin.
    """

    def __init__(self, edges: Sequence[int], expected: Sequence[float]) -> None:
        self._expected = np.array(expected, np.float64)
        self.bins = len(edges) + 1
        bin_of = np.searchsorted(edges, np.arange(256), side="right")
        self._membership = (bin_of[:, np.newaxis] == np.arange(self.bins)).astype(np.float64)

    def shares(self, pixels: Pixels) -> Floats:
        """Share of a frame's pixels [lines, columns] in each bin, [bins]."""
        return np.asarray(grey_levels(pixels) @ self._membership)

    def psi(self, shares: Floats) -> Floats:
        """The index of shares [..., bins]."""
        return psi(self._expected, shares)


class ScoreIndex:
    """The index between gate scores and those of the data's clean and defective regions.

    A line shows fewer defects than the training data, which shifts the scores without any drift.
    Therefore the expected histogram is the best-fitting mix of the clean and the defective
    regions' histograms, with at most the data's share of defective regions. Only a difference that
    no such mix explains counts as drift.

    Args:
        edges: Lowest score of each bin except the lowest, ascending.
        clean: Share of the clean regions in each bin.
        defective: Share of the defective regions in each bin.
        defective_share: Share of regions in the data that are defective.
    """

    def __init__(
        self,
        edges: Sequence[float],
        clean: Sequence[float],
        defective: Sequence[float],
        defective_share: float,
    ) -> None:
        self._edges = np.array(edges, np.float64)
        share = np.linspace(0.0, defective_share, _MIXES)[:, np.newaxis]
        self._mixes = (1 - share) * np.array(clean) + share * np.array(defective)
        self.bins = len(edges) + 1

    def shares(self, scores: NDArray[np.float32]) -> Floats:
        """Share of a frame's scores [regions] in each bin, [bins]."""
        bin_of = np.searchsorted(self._edges, scores, side="right")
        return np.bincount(bin_of, minlength=self.bins) / len(scores)

    def psi(self, shares: Floats) -> Floats:
        """The index between shares [..., bins] and the best-fitting mix."""
        return np.asarray(psi(self._mixes, shares[..., np.newaxis, :]).min(axis=-1))


def grey_levels(pixels: Pixels) -> Floats:
    """Share of a frame's pixels [lines, columns] at each grey level, [256]; samples one in 64."""
    sample = pixels[::STRIDE, ::STRIDE]
    return np.bincount(sample.ravel(), minlength=256) / sample.size
