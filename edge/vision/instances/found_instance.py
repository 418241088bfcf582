"""An instance of a defect found on a frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.core.geometry import Box
from edge.core.rle import Mask


@dataclass(frozen=True, slots=True, eq=False)
class FoundInstance:
    """A defect, or a piece of one before pieces are joined.

    Attributes:
        class_index: Index of its class, from 0, without the background.
        score: Probability of the class, 0 to 1.
        box: Corners x1, y1, x2, y2 in pixels of the frame, as the network predicts them.
        mask: Mask [lines, columns] of the defect within ``piece``; None if the model has no masks.
        piece: x, y, width, height in whole pixels of the frame: the bounding box of the mask; that
            of ``box`` if there is no mask or the mask is empty.
    """

    class_index: int
    score: float
    box: tuple[float, float, float, float]
    mask: Mask | None
    piece: Box

    @property
    def area_px(self) -> int:
        """Pixels of the mask, or of the piece if there is no mask."""
        if self.mask is None:
            return self.piece[2] * self.piece[3]
        return int(np.count_nonzero(self.mask))

    def drawn(self, view: Box) -> Mask:
        """The mask, or the whole piece if there is no mask, drawn into a part of the frame.

        Args:
            view: x, y, width, height of that part in pixels of the frame; it holds the piece.
        """
        canvas = np.zeros((view[3], view[2]), dtype=np.bool_)
        x, y, width, height = self.piece
        left, top = x - view[0], y - view[1]
        canvas[top : top + height, left : left + width] = True if self.mask is None else self.mask
        return canvas
