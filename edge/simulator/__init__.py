"""Draws strip with known defects, for data sets and for a simulated camera."""

from edge.simulator.draw import (
    CLASS_DESCRIPTIONS,
    CLASSES,
    DrawnDefect,
    DrawnFrame,
    StripSimulator,
)

__all__ = ["CLASSES", "CLASS_DESCRIPTIONS", "DrawnDefect", "DrawnFrame", "StripSimulator"]
