"""Inspections of drawn strip, for the tests of coils: one frame is 256 lines of 0.5 mm."""

from __future__ import annotations

import numpy as np

from edge.core.coil_defect import CoilDefect
from edge.core.inspection import (
    Cause,
    Defect,
    Inspection,
    Level,
)
from edge.core.rle import mask_to_coco

LINES, COLUMNS, MM = 256, 400, 0.5
FRAME_MM = LINES * MM


def boxed(x, y, width, height, name="scratch", *, score=0.9, class_maps=()):
    """A defect that has a box and no outline."""
    return Defect(name, score, (x, y, width, height), None, width * height, class_maps=class_maps)


def outlined(drawn, name="scratch", *, score=0.9):
    """A defect [lines, columns] that has an outline."""
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    left, top = int(columns[0]), int(rows[0])
    box = (left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)
    return Defect(name, score, box, mask_to_coco(drawn), int(drawn.sum()))


def frame(number, *defects, position_mm=None, length_mm=FRAME_MM, **changes):
    """A frame with defects; in its place where it follows the others."""
    return Inspection(
        source="test",
        frame=number,
        level=changes.pop("level", Level.FULL),
        position_mm=number * FRAME_MM if position_mm is None else position_mm,
        length_mm=length_mm,
        defects=defects,
        defective=bool(defects),
        at=changes.pop("at", 1_795_000_000.0 + number),
        **changes,
    )


def unseen(number, cause=Cause.LATE, **changes):
    """A frame without a verdict."""
    return frame(number, level=Level.UNINSPECTED, cause=cause, **changes)


def coil_defect(number=1, name="scratch", **changes):
    """A defect on the coil."""
    known = {
        "coil": "A",
        "number": number,
        "class_name": name,
        "score": 0.9,
        "along_mm": 1000.0,
        "length_mm": 50.0,
        "across_mm": 100.0,
        "width_mm": 10.0,
        "area_mm2": 400.0,
        "first_frame": 1,
        "last_frame": 1,
        "pieces": (),
    }
    return CoilDefect(**{**known, **changes})
