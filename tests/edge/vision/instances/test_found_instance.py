"""An instance's area, and how it is drawn on a frame."""

from __future__ import annotations

import numpy as np

from edge.vision.instances.found_instance import FoundInstance

MASK = np.array([[1, 0, 1], [0, 1, 0]], bool)


def test_with_a_mask_its_pixels_count():
    found = FoundInstance(0, 0.5, (4.0, 1.0, 7.0, 3.0), MASK, (4, 1, 3, 2))
    assert found.area_px == 3
    drawn = found.drawn((2, 0, 6, 4))
    assert drawn.shape == (4, 6) and drawn.sum() == 3
    assert drawn[1:3, 2:5].tolist() == MASK.tolist()


def test_without_one_the_whole_piece_does():
    found = FoundInstance(0, 0.5, (4.2, 1.0, 6.9, 3.1), None, (4, 1, 3, 2))
    assert found.area_px == 6
    assert found.drawn((0, 0, 8, 4)).sum() == 6
