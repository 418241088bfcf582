"""One instance of a defect that the network has found on a frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.core.geometry import Box
from edge.core.rle import Mask


@dataclass(frozen=True, slots=True, eq=False)
class FoundInstance:
    """A defect, or a piece of one before pieces are joined.

    Attributes:
        class_index: Its class, counted from 0 without the background.
        score: Probability of the class, 0 to 1.
        box: Corners x1, y1, x2, y2 in pixels of the frame, as the network gave them.
        mask: Which pixels of ``piece`` are the defect's, [lines, columns]; None where the model has
            no masks.
        piece: x, y, width, height in whole pixels of the frame: what bounds the mask, or ``box``
            where there is no mask or the mask is empty.
    """

    class_index: int
    score: float
    box: tuple[float, float, float, float]
    mask: Mask | None
    piece: Box

    @property
    def area_px(self) -> int:
        """Pixels of the mask, or of the piece where there is none."""
        if self.mask is None:
            return self.piece[2] * self.piece[3]
        return int(np.count_nonzero(self.mask))

    def drawn(self, view: Box) -> Mask:
        """The mask, or the whole piece where there is none, in a view of the frame.

        Args:
            view: x, y, width, height in pixels of the frame; the piece lies within it.
        """
        canvas = np.zeros((view[3], view[2]), dtype=np.bool_)
        x, y, width, height = self.piece
        left, top = x - view[0], y - view[1]
        canvas[top : top + height, left : left + width] = True if self.mask is None else self.mask
        return canvas
