"""Millimetres of strip by inspection level; their sum is always the length that passed."""

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
        position_mm: Position on the coil where it begins, in mm.
        length_mm: Its length in mm.
        cause: Why there is no frame.
        frames: Number of frames that the camera did not deliver.
        at: Time of its end, in seconds since 1970 (UTC).
        coil: Name of the coil; empty if none is known.
    """

    position_mm: float
    length_mm: float
    cause: Cause
    frames: int
    at: float
    coil: str = ""


class Coverage:
    """Sums of frames and millimetres by level, and of uninspected millimetres by cause."""

    def __init__(self) -> None:
        self.frames: Counter[Level] = Counter()
        self._mm: dict[Level, float] = dict.fromkeys(Level, 0.0)
        self._causes_mm: dict[Cause, float] = {}

    def add(self, inspection: Inspection) -> None:
        """Count a frame that the camera delivered."""
        self.frames[inspection.level] += 1
        self.add_strip(inspection.length_mm, inspection.level, inspection.cause)

    def add_gap(self, length_mm: float, cause: Cause) -> None:
        """Count strip that passed without a frame."""
        self.add_strip(length_mm, Level.UNINSPECTED, cause)

    def add_strip(self, length_mm: float, level: Level, cause: Cause | None = None) -> None:
        """Count strip that passed at a level; ``cause`` says why it has no verdict."""
        self._mm[level] += length_mm
        if cause is not None:
            self._causes_mm[cause] = self._causes_mm.get(cause, 0.0) + length_mm

    def mm(self, level: Level) -> float:
        """Millimetres at a level."""
        return self._mm[level]

    @property
    def passed_mm(self) -> float:
        """Millimetres of strip that passed the camera."""
        return sum(self._mm.values())

    @property
    def inspected_mm(self) -> float:
        """Millimetres of strip that have a verdict, at any level."""
        return self.passed_mm - self._mm[Level.UNINSPECTED]

    def share(self, level: Level) -> float:
        """Share of the passed millimetres at a level, 0 to 1; 0 before any strip has passed."""
        passed = self.passed_mm
        return self._mm[level] / passed if passed else 0.0

    def copy(self) -> Coverage:
        """A copy of the current totals."""
        other = Coverage()
        other.frames = self.frames.copy()
        other._mm, other._causes_mm = self._mm.copy(), self._causes_mm.copy()
        return other

    def as_json(self) -> dict[str, float]:
        """Millimetres by level, and ``passed_mm``, exactly the sum of these rounded values."""
        levels = {level.value: round(mm, 3) for level, mm in self._mm.items()}
        return {**levels, "passed_mm": sum(levels.values())}

    def causes_as_json(self) -> dict[str, float]:
        """Uninspected millimetres by cause."""
        return {cause.value: round(mm, 3) for cause, mm in self._causes_mm.items()}
