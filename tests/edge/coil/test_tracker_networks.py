"""Joining what real networks see: a scratch of the simulator that runs on over four frames."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from edge.bundle.load import find_bundle, load_bundle
from edge.coil.tracker import CoilTracker
from edge.core.frame import Frame
from edge.simulator.defect_layout import Band
from edge.simulator.defects.scratches import draw_scratches
from edge.simulator.light import expose, uneven_light
from edge.simulator.noise import noise_sheets
from edge.simulator.outline import draw_outline
from edge.simulator.stamp import lay
from edge.simulator.texture import draw_texture
from edge.vision.cascade import Cascade

WIDTH, LINES, FRAMES, MM = 800, 256, 4, 0.5
FIRST, LAST = 100, 900
"""Lines of the strip that the scratch lies on."""


@pytest.fixture(scope="module")
def judge():
    return Cascade.from_bundle(load_bundle(find_bundle("simulated")))


def scratched(seed):
    """Strip [lines, columns] with a scratch, drawn as the simulator draws frames."""
    rng, lines = np.random.default_rng(seed), LINES * FRAMES
    sheets = noise_sheets(seed, 2 * lines, WIDTH + 640)
    surface = draw_texture(rng, sheets, lines, WIDTH)
    outline = draw_outline(rng, LAST - FIRST, 30, 0.6)
    lay(surface, draw_scratches(rng, sheets, outline, 1.2, "lines"), FIRST, 300)
    cv2.multiply(surface, uneven_light(rng, lines, WIDTH), dst=surface)
    return expose(rng, sheets, surface, Band(0, True))


def inspected(judge, strip):
    """What the cascade says of each frame, its defects outlined."""
    told = []
    for number, pixels in enumerate(np.split(strip, FRAMES)):
        place = number * LINES * MM
        shown = Frame(pixels, number, time.monotonic(), "drawn", place, MM, MM)
        verdict = replace(judge.inspect(shown), position_mm=place, length_mm=LINES * MM)
        told.append(judge.outline(shown, verdict))
    return told


def joined(inspections):
    tracker = CoilTracker("A", mm_per_line=MM, mm_per_px_across=MM)
    steps = [*(tracker.add(each) for each in inspections), tracker.end()]
    return [defect for step in steps for defect in step.defects]


def test_a_scratch_over_four_frames_is_one_defect_with_its_whole_length(judge):
    inspections = inspected(judge, scratched(13))
    assert all(inspection.defects for inspection in inspections)
    (scratch,) = joined(inspections)
    assert (scratch.first_frame, scratch.last_frame, len(scratch.pieces)) == (0, 3, 4)
    assert scratch.class_name == "3"
    # Its pieces begin and end where the networks see them, some centimetre off.
    assert scratch.along_mm == pytest.approx(FIRST * MM, abs=20)
    assert scratch.length_mm == pytest.approx((LAST - FIRST) * MM, rel=0.1)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_whatever_the_networks_see_no_piece_is_lost_doubled_or_parted(judge, seed):
    inspections = inspected(judge, scratched(seed))
    defects = joined(inspections)
    seen = [(i.frame, d.class_name, d.box) for i in inspections for d in i.defects]
    owner = {(p.frame, d.class_name, p.box): d.number for d in defects for p in d.pieces}
    assert sorted(owner) == sorted(seen)
    for defect in defects:
        frames = [piece.frame for piece in defect.pieces]
        assert set(frames) == set(range(frames[0], frames[-1] + 1))
        lines = [(p.frame * LINES + p.box[1], p.box[3]) for p in defect.pieces]
        first, last = min(y for y, _ in lines), max(y + height for y, height in lines)
        assert defect.along_mm == pytest.approx(first * MM)
        assert defect.length_mm == pytest.approx((last - first) * MM)
    for before, after in pairwise(inspections):
        for one in before.defects:
            for other in after.defects:
                if one.class_name == other.class_name and _touch(one.box, other.box):
                    key, next_key = (
                        (i.frame, d.class_name, d.box) for i, d in ((before, one), (after, other))
                    )
                    assert owner[key] == owner[next_key]


def _touch(box, below):
    """Whether two boxes reach the frames' border, over columns that both have for the most."""
    left, right = max(box[0], below[0]), min(box[0] + box[2], below[0] + below[2])
    shared = right - left >= 0.5 * min(box[2], below[2])
    return shared and box[1] + box[3] >= LINES - 4 and below[1] <= 4
