"""Inspections and defects on a coil for the tests of sinks."""

from __future__ import annotations

from edge.core.coil_defect import CoilDefect
from edge.core.inspection import (
    Cause,
    Defect,
    Inspection,
    Level,
)


def defect(number: int = 1, **changes) -> CoilDefect:
    values = {
        "coil": "A17",
        "number": number,
        "class_name": "scratch",
        "score": 0.9,
        "along_mm": 1000.0 + number,
        "length_mm": 120.5,
        "across_mm": 30.0,
        "width_mm": 2.25,
        "area_mm2": 200.0,
        "first_frame": number,
        "last_frame": number + 1,
        "pieces": (),
        "at": 1_700_000_000.0,
        "action": "hold",
    }
    return CoilDefect(**{**values, **changes})


def defective(frame: int = 3, **changes) -> Inspection:
    values = {
        "source": "simulated",
        "frame": frame,
        "level": Level.FULL,
        "length_mm": 128.0,
        "defective": True,
        "defect_score": 0.98,
        "defects": (Defect("scratch", 0.9, (1, 2, 3, 4), {"size": [9, 9], "counts": "x"}, 12),),
        "at": 1_700_000_000.0,
        "coil": "A17",
        "action": "hold",
    }
    return Inspection(**{**values, **changes})


def clean(frame: int = 1, **changes) -> Inspection:
    values = {"source": "simulated", "frame": frame, "level": Level.FULL, "length_mm": 128.0}
    return Inspection(**{**values, "defect_score": 0.01, **changes})


def missed(frame: int = 2, cause: Cause = Cause.LATE) -> Inspection:
    return Inspection("simulated", frame, Level.UNINSPECTED, length_mm=128.0, cause=cause)
