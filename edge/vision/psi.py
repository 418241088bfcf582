"""Population-stability index of grey levels and of gate scores.

The index sums (actual - expected) * ln(actual / expected) over bins (N. Siddiqi, Credit Risk
Scorecards, Wiley 2006); by custom 0.1 and more is worth a look and 0.25 and more is a shift. Those
two hold for large independent samples: of small ones the index alone is about (bins - 1) / n and
more (B. Yurdakul, Statistical Properties of Population Stability Index, Western Michigan
University 2018), so a bundle's own limits come from windows of its data.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge.core.frame import Pixels

Floats = NDArray[np.float64]

SMOOTHING = 1e-3
"""Share of the uniform distribution that is mixed into both histograms, so that an empty bin counts
for much and not for infinity (F. Jelinek and R. Mercer, Pattern Recognition in Practice, 1980)."""

STRIDE = 8
"""Of a frame, every eighth pixel of every eighth line is counted: one in 64."""

_MIXES = 33


def psi(expected: Floats, actual: Floats) -> Floats:
    """The index of histograms of shares [..., bins]; one number for each pair, at least 0."""
    bins = expected.shape[-1]
    e, a = ((1 - SMOOTHING) * shares + SMOOTHING / bins for shares in (expected, actual))
    return np.asarray(((a - e) * np.log(a / e)).sum(axis=-1))


class GreyIndex:
    """Holds frames' grey levels against those of the training frames.

    Args:
        edges: First grey level of each bin but the lowest, ascending.
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
    """Holds gate scores against those of the data's clean and defective regions.

    A line shows fewer defects than the frames that are kept for training, which alone would shift
    the scores. So they are held against the mix of clean and defective regions that fits them best,
    with no more defective ones than in the data; what no such mix explains is drift.

    Args:
        edges: Lowest score of each bin but the lowest, ascending.
        clean: Share of the clean regions in each bin.
        defective: Share of the others in each bin.
        defective_share: Share of regions that are not clean.
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
        """The index of shares [..., bins] against the mix that fits best."""
        return np.asarray(psi(self._mixes, shares[..., np.newaxis, :]).min(axis=-1))


def grey_levels(pixels: Pixels) -> Floats:
    """Share of a frame's pixels [lines, columns] at each of the 256 grey levels, one in 64 seen."""
    seen = pixels[::STRIDE, ::STRIDE]
    return np.bincount(seen.ravel(), minlength=256) / seen.size
