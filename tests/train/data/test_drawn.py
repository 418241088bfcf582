"""Labels drawn where they lie."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge.core.rle import mask_to_runs
from train.data.drawn import draw_truth, enlarged
from train.data.sample import Instance, Sample

RED, BLUE = (0, 0, 255), (255, 0, 0)
GREY = np.full((40, 80), 100, np.uint8)


def sample(masked: bool) -> Sample:
    """A defect of the second class in columns 20 to 39, lines 10 to 29."""
    mask = np.zeros((40, 80), bool)
    mask[10:30, 20:40] = True
    runs = mask_to_runs(mask) if masked else None
    instance = Instance(1, (20.0, 10.0, 20.0, 20.0), runs)
    return Sample(Path("a.png"), 80, 40, (instance,), "a", "val")


@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize("scale", [1, 3])
def test_an_outline_lies_on_the_defect_s_border(masked: bool, scale: int) -> None:
    box = (10, 0, 50, 40)
    picture = enlarged(GREY, box, scale)
    assert picture.shape == (40 * scale, 50 * scale, 3)
    assert draw_truth(picture, sample(masked), (RED, BLUE), box=box, scale=scale)
    blue = (picture == BLUE).all(axis=2)
    lines, columns = np.nonzero(blue)
    assert (lines.min(), lines.max()) == (10 * scale, 30 * scale - 1)
    assert (columns.min(), columns.max()) == (10 * scale, 30 * scale - 1)
    assert not blue[20 * scale, 20 * scale]


@pytest.mark.parametrize("masked", [True, False])
def test_a_part_without_the_defect_stays_as_it_is(masked: bool) -> None:
    box = (40, 0, 40, 40)
    picture = enlarged(GREY, box)
    assert not draw_truth(picture, sample(masked), (RED, BLUE), box=box)
    assert (picture == 100).all()
