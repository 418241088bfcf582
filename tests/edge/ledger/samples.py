"""Strip that passed, for ledgers of tests."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from edge.core.coil_defect import CoilDefect, Piece
from edge.core.coverage import Gap
from edge.core.frame import Frame
from edge.core.inspection import (
    Cause,
    Defect,
    Inspection,
    Level,
)
from edge.core.rle import mask_to_coco
from edge.ledger.sink import Ledger, RunFacts

CLASSES = ("pit", "scratch", "patch")
FACTS = RunFacts("camera 1", "cold-strip", "ab" * 32, "shipped", CLASSES, "cd" * 32)
LENGTH_MM = 128.0
AT = 1_760_000_000.0
"""When frame 0 was taken; 78 frames a second."""


def inspection(number: int, **changes) -> Inspection:
    """A clean frame of 128 mm, one after the other."""
    plain = Inspection(
        "camera 1",
        number,
        Level.FULL,
        position_mm=number * LENGTH_MM,
        length_mm=LENGTH_MM,
        defect_score=0.01,
        at=AT + number / 78,
    )
    return dataclasses.replace(plain, **changes)


def late(number: int, **changes) -> Inspection:
    return inspection(number, level=Level.UNINSPECTED, cause=Cause.LATE, **changes)


def gap(number: int, frames: int = 1, **changes) -> Gap:
    """Frames that never came, from that number on."""
    plain = Gap(
        number * LENGTH_MM, frames * LENGTH_MM, Cause.DROPPED, frames, AT + (number + frames) / 78
    )
    return dataclasses.replace(plain, **changes)


def mask() -> np.ndarray:
    drawn = np.zeros((256, 1600), bool)
    drawn[40:240, 100:104] = True
    return drawn


_MASK = mask_to_coco(mask())


def defective(number: int, **changes) -> Inspection:
    found = Defect("scratch", 0.9, (100, 40, 4, 200), _MASK, 800)
    return inspection(number, defective=True, defect_score=0.9, defects=(found,), **changes)


def frame(number: int) -> Frame:
    return Frame(np.zeros((256, 1600), np.uint8), number, 0.0, "camera 1")


def coil_defect(number: int, first: int, last: int | None = None, **changes) -> CoilDefect:
    """A scratch of which each frame shows a piece."""
    last = first if last is None else last
    pieces = tuple(
        Piece(i, "camera 1", (100, 40, 4, 200), _MASK, 0.5 + 0.1 * (i == last))
        for i in range(first, last + 1)
    )
    plain = CoilDefect(
        coil="",
        number=number,
        class_name="scratch",
        score=0.6,
        along_mm=first * LENGTH_MM + 20.25,
        length_mm=(last - first) * LENGTH_MM + 100.0,
        across_mm=50.0,
        width_mm=2.0,
        area_mm2=200.0,
        first_frame=first,
        last_frame=last,
        pieces=pieces,
        at=AT + first / 78,
    )
    return dataclasses.replace(plain, **changes)


def write_sample(path: Path) -> None:
    """Two coils of one run: A with two defects and a gap, B with one defect, late frames."""
    ledger = Ledger(path, FACTS)
    for number in range(100):
        coil = "A" if number < 60 else "B"
        action = {10: "hold", 70: "reject"}.get(number, "pass")
        if number in {20, 21}:
            ledger.gap(gap(number, coil=coil))
        elif 80 <= number < 90:
            ledger.write(late(number, coil=coil), None)
        else:
            seen = defective if number in {10, 11, 40, 70} else inspection
            ledger.write(seen(number, coil=coil, action=action), frame(number))
    ledger.defect(coil_defect(1, 10, 11, coil="A", action="hold"))
    ledger.defect(coil_defect(2, 40, coil="A", action="pass", class_name="pit"))
    ledger.defect(coil_defect(1, 70, coil="B", action="divert:rework", class_name=""))
    ledger.close()
