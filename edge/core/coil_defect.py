"""One defect on the coil: its pieces over consecutive frames, joined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge.core.geometry import Box
from edge.core.inspection import iso_time
from edge.core.rle import CocoRle


@dataclass(frozen=True, slots=True)
class Piece:
    """What one frame shows of a defect.

    Attributes:
        frame: Number of the frame.
        source: Camera name or file path.
        box: x, y, width, height in pixels of the frame.
        mask: Its outline in the frame as COCO compressed run lengths; None where there is none.
        score: Confidence in its class, 0 to 1.
    """

    frame: int
    source: str
    box: Box
    mask: CocoRle | None
    score: float


@dataclass(frozen=True, slots=True)
class CoilDefect:
    """A defect with its whole extent on the coil.

    Attributes:
        coil: Name of the coil; empty where none is known.
        number: Counts the defects of the coil, from 1.
        class_name: Its class; empty where no classifier has judged it.
        score: The highest of its pieces', 0 to 1.
        along_mm: Millimetre of its first line, counted like ``Inspection.position_mm``.
        length_mm: Its extent along the strip in mm.
        across_mm: Millimetres from the frame's left border to its own.
        width_mm: Its extent across the strip in mm.
        area_mm2: Of its masks in mm²; of the boxes of pieces that have none.
        first_frame: Number of the frame that it begins on.
        last_frame: Number of the frame that it ends on.
        pieces: What frames show of it, in order; of one over very many frames the first and the
            last.
        at: When its first frame was taken, in seconds since 1970 (UTC).
        action: What is to be done about it (see ``edge.coil.disposition``); empty without rules.
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
        """Plain values for JSON, with the keys that docs/json.md documents; pieces left out."""
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
