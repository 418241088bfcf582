"""Shading of bumps and dents in oblique light."""

from __future__ import annotations

import cv2
import numpy.typing as npt

from edge.simulator.noise import Plane, as_plane


def shade(height_map: npt.ArrayLike, *, across: float = 0.3, along: float = 1.0) -> Plane:
    """Brightness [height, width] of slopes relative to flat strip, per unit of slope.

    Slopes that face the lamp (direction ``across`` in x, ``along`` in y) are brighter; a dent is
    dark on one side and bright on the other (Lambert's law, first order).
    """
    bumps = as_plane(height_map)
    slope_x = cv2.Sobel(bumps, cv2.CV_32F, 1, 0, ksize=3, scale=0.25)
    slope_y = cv2.Sobel(bumps, cv2.CV_32F, 0, 1, ksize=3, scale=0.25)
    return as_plane(cv2.addWeighted(slope_x, across, slope_y, along, 0.0))
