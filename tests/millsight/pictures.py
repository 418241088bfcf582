"""Pictures of strip for the tests of the Python interface."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2

from edge.core.frame import Pixels
from edge.simulator.draw import StripSimulator


@cache
def defective() -> Pixels:
    """A drawn frame of 1600×256 with three defects of class 4 that are found."""
    return StripSimulator(seed=7).draw(18).pixels


def write(path: Path, pixels: cv2.typing.MatLike) -> Path:
    assert cv2.imwrite(str(path), pixels)
    return path
