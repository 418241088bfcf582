"""What every source of positions is: it says where on the coil a frame lies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from edge.core.frame import (
    Absence,
    BadFrame,
    Frame,
)

Item = Frame | BadFrame | Absence
"""What a camera gives."""

USUAL_LINES = 256
"""Lines of a frame that could not be read, until one has been."""

GAP = 1.5
"""Frame lengths from one frame's end to the next one's that tell of strip between them."""


@dataclass(frozen=True, slots=True)
class FramePlace:
    """Where a frame lies, or what an absence stands for.

    Attributes:
        position_mm: Millimetre on the coil of line 0; of an absence, of its end.
        length_mm: Millimetres of strip that it adds to what passed; 0 for an absence, while the
            strip stands, and for strip that was seen before.
        missing_mm: Millimetres that passed before it, since what came last, without a frame.
        missing: Frames that the camera never gave in between.
        speed_m_s: Speed of the strip at its last line; 0 while it stands.
        lost: Whether the missing strip passed while the camera was lost.
        stands: Whether it is known that the strip did not move since what came last.
        notes: What has happened to the source since, a sentence each for the person at the line.
    """

    position_mm: float
    length_mm: float
    missing_mm: float = 0.0
    missing: int = 0
    speed_m_s: float = 0.0
    lost: bool = False
    stands: bool = False
    notes: tuple[str, ...] = ()


class Position(ABC):
    """Follows the strip. All its methods but ``close`` are called in one thread, in frame order."""

    @abstractmethod
    def advance(self, item: Item) -> FramePlace:
        """Place what the camera gave next. A frame without pixels is as long as the one before."""

    def start(self, at: float) -> None:
        """The run begins at this ``time.monotonic()``: an absence may be what comes first."""

    def close(self) -> None:
        """Free what it holds. Safe to call twice."""


class Lines:
    """Remembers how many lines a frame has, for those that came without pixels."""

    def __init__(self, mm_per_line: float, usual: int = USUAL_LINES) -> None:
        self._mm_per_line = mm_per_line
        self._lines = usual

    def length_mm(self, item: Item) -> float:
        """Millimetres that a frame shows; of an absence, those of a frame."""
        if isinstance(item, Frame):
            self._lines = item.pixels.shape[0]
        elif isinstance(item, BadFrame) and item.lines:
            self._lines = item.lines
        return self._lines * self._mm_per_line
