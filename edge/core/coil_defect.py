"""A defect on the coil, joined from its pieces on consecutive frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge.core.geometry import Box
from edge.core.inspection import iso_time
from edge.core.rle import CocoRle


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a defect that lies on one frame.

    Attributes:
        frame: Number of the frame.
        source: Camera name or file path.
        box: x, y, width, height in pixels of the frame.
        mask: Its outline in the frame as COCO compressed run lengths; None if there is none.
        score: Confidence in its class, 0 to 1.
    """

    frame: int
    source: str
    box: Box
    mask: CocoRle | None
    score: float


@dataclass(frozen=True, slots=True)
class CoilDefect:
    """A whole defect, which may extend over several frames.

    Attributes:
        coil: Name of the coil; empty if none is known.
        number: Running number of the defect on the coil, from 1.
        class_name: Its class; empty if no classifier has judged it.
        score: The highest score of its pieces, 0 to 1.
        along_mm: Position of its first line in mm, counted like ``Inspection.position_mm``.
        length_mm: Its extent along the strip in mm.
        across_mm: Distance in mm from the frame's left border to the defect's left border.
        width_mm: Its extent across the strip in mm.
        area_mm2: Area of its masks in mm²; a piece without a mask counts with its box.
        first_frame: Number of the frame on which it begins.
        last_frame: Number of the frame on which it ends.
        pieces: Its pieces in the order of frames; a defect over very many frames keeps only the
            first and last ones.
        at: Time of its first frame, in seconds since 1970 (UTC).
        action: The action that the disposition rules demand (``edge.coil.disposition``); empty
            without rules.
    """

    coil: str
    number: int
    class_name: str
    score: float
    along_mm: float
    length_mm: float
    across_mm: float
    width_mm: float
    area_mm2: float
    first_frame: int
    last_frame: int
    pieces: tuple[Piece, ...]
    at: float = 0.0
    action: str = ""

    def as_json(self) -> dict[str, Any]:
        """JSON values with the keys documented in docs/json.md; without the pieces."""
        measures = ("along_mm", "length_mm", "across_mm", "width_mm", "area_mm2")
        return {
            "coil": self.coil or None,
            "number": self.number,
            "class": self.class_name,
            "score": round(self.score, 6),
            **{name: round(getattr(self, name), 3) for name in measures},
            "first_frame": self.first_frame,
            "last_frame": self.last_frame,
            "time": iso_time(self.at) if self.at else None,
            "action": self.action or None,
        }
