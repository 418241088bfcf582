"""Draws strip with known defects; a data set and a camera come from it."""

from edge.simulator.draw import (
    CLASS_DESCRIPTIONS,
    CLASSES,
    DrawnDefect,
    DrawnFrame,
    StripSimulator,
)

__all__ = ["CLASSES", "CLASS_DESCRIPTIONS", "DrawnDefect", "DrawnFrame", "StripSimulator"]
