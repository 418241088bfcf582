"""Runs of strip at one level of coverage."""

from __future__ import annotations

from dataclasses import dataclass

from edge.core.inspection import Cause, Level


@dataclass(frozen=True, slots=True)
class Stretch:
    """Strip that lies in one piece and was inspected alike, frame after frame, or not at all.

    Attributes:
        position_mm: Millimetre on the coil where it begins.
        length_mm: Its length in mm.
        level: How far it was inspected.
        cause: Why it has no verdict; None unless the level is ``uninspected``.
    """

    position_mm: float
    length_mm: float
    level: Level
    cause: Cause | None = None
