"""The interface of position sources, which determine where on the coil a frame lies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from edge.core.frame import (
    Absence,
    BadFrame,
    Frame,
)

Item = Frame | BadFrame | Absence
"""An item from a camera."""

DEFAULT_LINES = 256
"""Assumed lines of an unreadable frame before the first readable one."""

GAP = 1.5
"""If the ends of two frames are more than so many frame lengths apart, strip is missing between."""


@dataclass(frozen=True, slots=True)
class FramePlace:
    """The place of a frame or an absence on the coil.

    Attributes:
        position_mm: Position of line 0 in mm; for an absence, of its end.
        length_mm: Millimetres of new strip; 0 for an absence, while the strip stands still, and for
            strip that was seen before.
        missing_mm: Millimetres of strip without a frame between the previous item and this one.
        missing: Number of frames lost in between.
        speed_m_s: Speed of the strip at its last line; 0 while it stands still.
        lost: Whether the missing strip passed while the camera was lost.
        stands: Whether the strip is known not to have moved since the previous item.
        notes: Messages for the operator about the position source, one sentence each.
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
    """Measures the position on the coil. All methods but ``close`` are called in one thread."""

    @abstractmethod
    def advance(self, item: Item) -> FramePlace:
        """The place of the next item, in the order of capture.

        A frame without pixels is assumed to be as long as the frame before.
        """

    def start(self, at: float) -> None:
        """Begin the run at this ``time.monotonic()``; needed if an absence comes first."""

    def close(self) -> None:
        """Release resources. Safe to call twice."""


class FrameLength:
    """Remembers the lines of the latest frame, for frames without pixels."""

    def __init__(self, mm_per_line: float, lines: int = DEFAULT_LINES) -> None:
        self._mm_per_line = mm_per_line
        self._lines = lines

    def length_mm(self, item: Item) -> float:
        """Length of a frame in mm; for an absence, that of the latest frame."""
        if isinstance(item, Frame):
            self._lines = item.pixels.shape[0]
        elif isinstance(item, BadFrame) and item.lines:
            self._lines = item.lines
        return self._lines * self._mm_per_line
