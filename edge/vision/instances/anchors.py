"""The anchors of the region proposal network: a few shapes at every cell of its maps.

Source: Ren et al., Faster R-CNN (NeurIPS 2015), section 3.1.1; the sizes are divided among the
levels as in Lin et al., Feature Pyramid Networks (CVPR 2017), section 4.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

STRIDES = (4, 8, 16)
"""Pixels per cell of each level, finest level first."""

_Shapes = tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Anchors:
    """The anchor shapes of each level.

    Attributes:
        shapes: For each level, finest first, (width, height) of its anchors in pixels; at least
            one per level.
    """

    shapes: _Shapes

    @property
    def per_level(self) -> tuple[int, ...]:
        """Number of shapes at a cell of each level."""
        return tuple(len(level) for level in self.shapes)

    def boxes(self, height: int, width: int) -> NDArray[np.float32]:
        """All anchors of a window as corners x1, y1, x2, y2 in pixels, [n, 4], read-only.

        The order is level, row, column, shape, like the network's outputs. Anchors at the border
        extend beyond it. The first cell of the finest level has its centre at (2, 2):

            >>> shapes = (((8.0, 4.0),), ((16.0, 8.0),), ((32.0, 16.0),))
            >>> Anchors(shapes).boxes(16, 16)[0].tolist()
            [-2.0, 0.0, 6.0, 4.0]

        Args:
            height: Lines of the window, a multiple of the coarsest stride.
            width: Columns of the window, a multiple of the coarsest stride.
        """
        return _boxes(self.shapes, height, width)


@lru_cache(maxsize=16)
def _boxes(shapes: _Shapes, height: int, width: int) -> NDArray[np.float32]:
    levels = []
    for stride, level in zip(STRIDES, shapes, strict=True):
        half = np.array(level, dtype=np.float32) / 2
        y, x = np.mgrid[: height // stride, : width // stride].astype(np.float32)
        centre = (np.stack([x, y], axis=-1) + np.float32(0.5)) * np.float32(stride)
        centre = centre[:, :, np.newaxis]
        levels.append(np.concatenate([centre - half, centre + half], axis=-1).reshape(-1, 4))
    boxes = np.concatenate(levels)
    boxes.flags.writeable = False
    return boxes
