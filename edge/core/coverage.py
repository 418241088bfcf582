"""Millimetres of strip by how far they were inspected; they always add up to what passed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from edge.core.inspection import (
    Cause,
    Inspection,
    Level,
)


@dataclass(frozen=True, slots=True)
class Gap:
    """Strip that passed without a frame.

    Attributes:
        position_mm: Millimetre on the coil where it begins.
        length_mm: Its length in mm.
        cause: Why there is no frame.
        frames: Frames that the camera never gave.
        at: When it ended, in seconds since 1970 (UTC).
        coil: Name of the coil; empty where none is known.
    """

    position_mm: float
    length_mm: float
    cause: Cause
    frames: int
    at: float
    coil: str = ""


class Coverage:
    """Adds up frames and millimetres by level, and the uninspected ones by cause."""

    def __init__(self) -> None:
        self.frames: Counter[Level] = Counter()
        self._mm: dict[Level, float] = dict.fromkeys(Level, 0.0)
        self._causes_mm: dict[Cause, float] = {}

    def add(self, inspection: Inspection) -> None:
        """Count a frame that the camera took."""
        self.frames[inspection.level] += 1
        self.add_strip(inspection.length_mm, inspection.level, inspection.cause)

    def add_gap(self, length_mm: float, cause: Cause) -> None:
        """Count strip that passed without a frame."""
        self.add_strip(length_mm, Level.UNINSPECTED, cause)

    def add_strip(self, length_mm: float, level: Level, cause: Cause | None = None) -> None:
        """Count strip that passed at a level, and why where it has no verdict."""
        self._mm[level] += length_mm
        if cause is not None:
            self._causes_mm[cause] = self._causes_mm.get(cause, 0.0) + length_mm

    def mm(self, level: Level) -> float:
        """Millimetres at a level."""
        return self._mm[level]

    @property
    def passed_mm(self) -> float:
        """Millimetres of strip that passed by."""
        return sum(self._mm.values())

    @property
    def inspected_mm(self) -> float:
        """Millimetres of strip that have a verdict, whatever its level."""
        return self.passed_mm - self._mm[Level.UNINSPECTED]

    def share(self, level: Level) -> float:
        """Share of the millimetres at a level, 0 to 1; 0 before anything passed."""
        passed = self.passed_mm
        return self._mm[level] / passed if passed else 0.0

    def copy(self) -> Coverage:
        """The totals as they are now."""
        other = Coverage()
        other.frames = self.frames.copy()
        other._mm, other._causes_mm = self._mm.copy(), self._causes_mm.copy()
        return other

    def as_json(self) -> dict[str, float]:
        """Millimetres by level, and ``passed_mm``, their sum to the last digit."""
        levels = {level.value: round(mm, 3) for level, mm in self._mm.items()}
        return {**levels, "passed_mm": sum(levels.values())}

    def causes_as_json(self) -> dict[str, float]:
        """Uninspected millimetres by cause."""
        return {cause.value: round(mm, 3) for cause, mm in self._causes_mm.items()}
