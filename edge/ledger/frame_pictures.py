"""What frames with defects looked like: their size and picture, until their defects have ended."""

from __future__ import annotations

import json
from pathlib import Path

from edge.core.coil_defect import CoilDefect, Piece
from edge.core.frame import Frame
from edge.ledger.pending_rows import Record, Row

_KEPT = 10_000
"""Frames remembered: a scratch may run along more than a kilometre of strip."""

_Shown = tuple[int | None, int | None, str | None]
"""Width and height in pixels, and path of the picture."""


class FramePictures:
    """Remembers frames with defects, and makes rows of the defects when they have ended."""

    def __init__(self) -> None:
        self._frames: dict[int, _Shown] = {}

    def add(self, number: int, picture: Path | None, frame: Frame) -> None:
        """Remember a frame, and its picture where one was written."""
        height, width = frame.pixels.shape
        self._frames.pop(number, None)
        where = None if picture is None else str(picture.absolute())
        self._frames[number] = width, height, where
        if len(self._frames) > _KEPT:
            del self._frames[next(iter(self._frames))]

    def record(self, number: int, coil: int | None, defect: CoilDefect, at: float) -> Record:
        """Rows of a defect and of its pieces.

        Args:
            number: Of the defect in the run.
            coil: Number of its coil in the run.
            defect: The defect; its picture is that of its surest piece that has one.
            at: When it was seen, in seconds since 1970 (UTC).
        """
        pictured = [p for p in defect.pieces if self._frame(p)[2]]
        best = max(pictured, key=lambda piece: piece.score, default=None)
        row = (
            number,
            coil,
            defect.number,
            defect.class_name,
            defect.score,
            defect.along_mm,
            defect.length_mm,
            defect.across_mm,
            defect.width_mm,
            defect.area_mm2,
            defect.first_frame,
            defect.last_frame,
            defect.action,
            at,
            None if best is None else self._frame(best)[2],
        )
        return ("defects", row), *(self._piece(number, i, p) for i, p in enumerate(defect.pieces))

    def _piece(self, defect: int, number: int, piece: Piece) -> Row:
        mask = None if piece.mask is None else json.dumps(piece.mask, separators=(",", ":"))
        values = (defect, number, piece.frame, piece.source, *piece.box, piece.score, mask)
        return "pieces", (*values, *self._frame(piece))

    def _frame(self, piece: Piece) -> _Shown:
        return self._frames.get(piece.frame, (None, None, None))
