"""Class activation maps of regions, and the boxes that follow from them.

Source: Zhou et al., Learning Deep Features for Discriminative Localization (CVPR 2016). The network
computes the maps itself, see ``export.convert.class_maps``; this module places them on the frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.core.geometry import Box

BOX_LEVEL = 0.3
"""Threshold of a map: 0 is its median, 1 its peak. Cells at or above it belong to the box.

Chosen on val of the simulated frames (``benchmarks.localization``): the IoU of box and truth is
0.56 at 0.2, 0.59 at 0.3 and 0.4, 0.56 at 0.5, and the box covers 0.87, 0.81, 0.74 and 0.66 of the
truth. Boxes of whole regions reach an IoU of 0.43.
"""


@dataclass(frozen=True, slots=True, eq=False)
class ClassMap:
    """The class activation map of one region.

    Attributes:
        region: x, y, width, height in pixels of the frame.
        levels: [rows, columns] uint8, coarser than the frame: 0 at or below the map's median,
            255 at its peak.
    """

    region: Box
    levels: NDArray[np.uint8]

    def enlarged(self) -> NDArray[np.float32]:
        """The levels at the region's resolution, [lines, columns], 0 to 255, bilinear."""
        return _resized(_resized(self.levels, self.region[2]).T, self.region[3]).T

    def strong(self) -> NDArray[np.bool_]:
        """Mask [lines, columns] of the region's pixels above ``BOX_LEVEL``; never empty."""
        wide = self.enlarged()
        return np.asarray(wide >= min(255 * BOX_LEVEL, wide.max()), dtype=np.bool_)

    @property
    def box(self) -> Box:
        """Bounding box of ``strong()``: x, y, width, height in pixels of the frame."""
        strong = self.strong()
        rows, columns = (np.flatnonzero(strong.any(axis=axis)) for axis in (1, 0))
        left, top = int(columns[0]), int(rows[0])
        width, height = int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top
        return self.region[0] + left, self.region[1] + top, width, height

    @property
    def peak(self) -> tuple[int, int]:
        """x, y of the map's maximum, in pixels of the frame."""
        rows, columns = self.levels.shape
        row, column = divmod(int(self.levels.argmax()), columns)
        x, y, width, height = self.region
        return x + int((column + 0.5) * width / columns), y + int((row + 0.5) * height / rows)


def class_map_in(region: Box, evidence: NDArray[np.float32]) -> ClassMap | None:
    """The class map of a region from the network's activations ``evidence`` [rows, columns].

    None where no cell lies above the median, or where the activations are not finite.
    """
    above = evidence - _median(evidence)
    peak = above.max()
    if not np.isfinite(peak) or peak <= 0:
        return None
    return ClassMap(region, np.round(above.clip(0) * (255 / peak)).astype(np.uint8))


def _median(values: NDArray[np.float32]) -> np.float32:
    """The median. ``np.median`` imports a package on its first call, which delays a verdict."""
    ordered = np.sort(values, axis=None)
    middle = ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1]
    return np.float32(middle.mean())


def _resized(levels: NDArray[Any], width: int) -> NDArray[np.float32]:
    """Interpolate ``levels`` linearly to ``width`` columns."""
    count = levels.shape[1]
    places = ((np.arange(width, dtype=np.float32) + 0.5) * (count / width) - 0.5).clip(0, count - 1)
    before = places.astype(np.intp)
    after = np.minimum(before + 1, count - 1)
    share = places - before.astype(np.float32)
    return np.asarray(levels[:, before] * (1 - share) + levels[:, after] * share, dtype=np.float32)
