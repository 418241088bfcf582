"""Stretches of strip with one inspection level."""

from __future__ import annotations

from dataclasses import dataclass

from edge.core.inspection import Cause, Level


@dataclass(frozen=True, slots=True)
class Stretch:
    """Contiguous strip with the same level and cause.

    Attributes:
        position_mm: Position of its beginning on the coil, in mm.
        length_mm: Its length in mm.
        level: How far it was inspected.
        cause: Why it has no verdict; None unless the level is ``uninspected``.
    """

    position_mm: float
    length_mm: float
    level: Level
    cause: Cause | None = None
