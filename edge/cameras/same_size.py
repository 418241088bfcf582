"""A stream whose frames change their size: what a pixel is in millimetres is no longer known."""

from __future__ import annotations

from edge.core.frame import BadFrame, Frame
from edge.core.inspection import Cause


class SameSize:
    """Lets frames of the first one's size through; others are bad ones.

    Args:
        name: What the person at the line calls the source.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._shape: tuple[int, ...] | None = None

    def held(self, frame: Frame) -> Frame | BadFrame:
        """The frame, or that its size is another than the first one's."""
        shape = frame.pixels.shape
        if self._shape is None:
            self._shape = shape
        if shape == self._shape:
            return frame
        (lines, columns), (first_lines, first_columns) = shape, self._shape
        why = f"{self._name} gave {columns}×{lines} pixels after {first_columns}×{first_lines}"
        return BadFrame(
            frame.number, frame.taken_at, frame.source, Cause.WRONG_SIZE, why, lines, frame.encoder
        )
