"""Frame sizes that the exported networks accept."""

from __future__ import annotations

from edge.bundle.manifest import FrameSizes
from edge.core.geometry import Geometry
from train.data.sample import DataSet

MAX_SIDE = 8192
"""Largest side, in pixels, of a frame that is cut into regions."""


def frame_sizes(geometry: Geometry, data: DataSet) -> FrameSizes:
    """Frame sizes that networks of this geometry accept.

    Frames that are cut into regions may have any size of at least one region, because the last
    region of a row ends at the border. Frames that are resized as a whole must have a size from
    training.
    """
    if geometry.region:
        width, height = geometry.region
        return FrameSizes(
            min_width=width,
            max_width=max(width, MAX_SIDE),
            min_height=height,
            max_height=max(height, MAX_SIDE),
            multiple_width=1,
            multiple_height=1,
        )
    trained = data.of("train")
    widths, heights = [s.width for s in trained], [s.height for s in trained]
    return FrameSizes(
        min_width=min(widths),
        max_width=max(widths),
        min_height=min(heights),
        max_height=max(heights),
        multiple_width=1,
        multiple_height=1,
    )
