"""The ledger's time per frame: 78 frames a second, 5 % with a defect, one commit a second.

A round is ten seconds of strip: 780 frames, 39 defects of two pieces with masks, ten commits that
wait for the disk. Divide by 780 for one frame; the CPU time per frame is in ``extra_info``.
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from edge.core.coil_defect import CoilDefect, Piece
from edge.core.frame import Frame
from edge.core.inspection import (
    Defect,
    Inspection,
    Level,
)
from edge.core.rle import mask_to_coco
from edge.ledger.sink import Ledger, RunFacts

FPS, SECONDS, FRAME_MM = 78, 10, 128.0
FRAME = Frame(np.zeros((256, 1600), np.uint8), 0, 0.0, "camera")


def scratch():
    mask = np.zeros((256, 1600), bool)
    for y in range(20, 250):
        mask[y, 100 + y // 8 : 112 + y // 7] = True
    return mask_to_coco(mask)


MASK = scratch()
FOUND = (Defect("scratch", 0.9, (100, 20, 50, 230), MASK, 2800),)


def defect(number: int) -> CoilDefect:
    pieces = tuple(Piece(n, "camera", (100, 20, 50, 230), MASK, 0.9) for n in (number, number + 1))
    sizes = {"length_mm": 240.0, "across_mm": 50.0, "width_mm": 25.0, "area_mm2": 900.0}
    frames = {"first_frame": number, "last_frame": number + 1}
    place = number * FRAME_MM
    return CoilDefect("A", number, "scratch", 0.9, place, **sizes, **frames, pieces=pieces)


@pytest.mark.parametrize("messages", [False, True], ids=["rows", "rows and messages"])
def test_ten_seconds_of_strip(benchmark, tmp_path, messages):
    ledger = Ledger(tmp_path / "ledger.sqlite", RunFacts("camera", "bundle", ""), every_s=1e9)
    frames = processor_s = 0.0
    number = 0

    def pass_by():
        nonlocal frames, processor_s, number
        begun = time.thread_time()
        for _ in range(FPS * SECONDS):
            bad = number % 20 == 0
            place = {"position_mm": number * FRAME_MM, "length_mm": FRAME_MM, "at": number / FPS}
            found = {"defective": bad, "defects": FOUND if bad else ()}
            ledger.write(Inspection("camera", number, Level.FULL, **place, **found), FRAME)
            if bad:
                ledger.defect(defect(number))
            if bad and messages:
                ledger.outbox.put("millsight/line/defect", b"x" * 400)
            if number % FPS == FPS - 1:
                assert ledger.writer.commit()
            number += 1
        frames += FPS * SECONDS
        processor_s += time.thread_time() - begun

    benchmark.pedantic(pass_by, rounds=10, warmup_rounds=1)
    benchmark.extra_info["processor_us_per_frame"] = round(processor_s / frames * 1e6, 2)
    ledger.close()
