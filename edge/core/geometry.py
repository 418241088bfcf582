"""The grid of regions on a frame, and the size of a network's input."""

from __future__ import annotations

import math
from dataclasses import dataclass

from edge.core.errors import ImageError

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels of the frame."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """How a frame is divided into regions and resized to network inputs.

    Attributes:
        region: Width and height in pixels of one region; None makes the whole frame one region.
        input: Width and height in pixels of the network's input.
    """

    region: tuple[int, int] | None
    input: tuple[int, int]

    def boxes(self, height: int, width: int, stride: tuple[int, int] | None = None) -> list[Box]:
        """The regions of a frame, row by row; the last of a row or column ends at the border.

        Without ``stride`` (across and along, in pixels; used in training) they lie side by side.

            >>> Geometry(region=(256, 256), input=(128, 128)).boxes(256, 600)
            [(0, 0, 256, 256), (256, 0, 256, 256), (344, 0, 256, 256)]

        Raises:
            ImageError: The frame is smaller than one region.
        """
        region_width, region_height = self.region or (width, height)
        if width < region_width or height < region_height:
            raise ImageError(
                f"a frame of {width}×{height} is smaller than a region of "
                f"{region_width}×{region_height}",
                "Use frames of the size that the bundle states (millsight bundle show)",
            )
        return [
            (x, y, region_width, region_height)
            for y in _starts(height, region_height, stride[1] if stride else region_height)
            for x in _starts(width, region_width, stride[0] if stride else region_width)
        ]


def _starts(length: int, region: int, stride: int) -> list[int]:
    count = math.ceil((length - region) / stride) + 1
    return [min(i * stride, length - region) for i in range(count)]
