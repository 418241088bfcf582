from __future__ import annotations

import numpy as np
import pytest

from edge.core.errors import TrainingError
from edge.vision.instances.anchors import Anchors
from train.instances.anchor_shapes import fit_anchors, mean_best_iou

KINDS = np.array(
    [[4, 4], [5, 80], [8, 8], [16, 16], [20, 20], [40, 10], [50, 50], [12, 200], [100, 90]],
    np.float32,
)


def test_as_many_kinds_of_size_as_shapes_are_all_found():
    sizes = np.repeat(KINDS, 20, axis=0)
    found = fit_anchors(sizes, 3, seed=1)
    assert mean_best_iou(sizes, found) > 0.999
    areas = [w * h for level in found.shapes for w, h in level]
    assert areas == sorted(areas)
    assert found.per_level == (3, 3, 3)


def test_shapes_are_the_means_of_the_sizes_nearest_by_overlap():
    sizes = np.array([[10, 10], [10, 12], [100, 10], [100, 12], [60, 60], [62, 60]], np.float32)
    found = {shape for level in fit_anchors(sizes, 1, seed=0).shapes for shape in level}
    assert found == {(10.0, 11.0), (100.0, 11.0), (61.0, 60.0)}


def test_long_scratches_get_long_shapes():
    rng = np.random.default_rng(0)
    scratches = np.stack([rng.uniform(3, 8, 200), rng.uniform(60, 120, 200)], axis=1)
    pits = rng.uniform(4, 12, (200, 2))
    sizes = np.concatenate([scratches, pits]).astype(np.float32)
    square = Anchors(
        tuple(tuple((s, s) for s in level) for level in ((4, 6, 8), (11, 16, 23), (32, 45, 64)))
    )
    assert mean_best_iou(sizes, fit_anchors(sizes, 3, seed=0)) > 0.7
    assert mean_best_iou(sizes, square) < 0.5


def test_the_same_seed_gives_the_same_shapes():
    sizes = np.random.default_rng(0).uniform(2, 90, (100, 2)).astype(np.float32)
    assert fit_anchors(sizes, 3, seed=4) == fit_anchors(sizes, 3, seed=4)


@pytest.mark.parametrize(
    "sizes", [[[9, 30]], [[9, 30]] * 5, [[9, 30], [4, 4], [0, 9], [np.nan, 3]]]
)
def test_few_kinds_of_size_still_fill_every_level(sizes):
    found = fit_anchors(np.array(sizes, np.float32), 3, seed=0)
    shapes = np.array(found.shapes)
    assert shapes.shape == (3, 3, 2)
    assert len({tuple(s) for s in shapes.reshape(-1, 2)}) == 9
    assert np.isfinite(shapes).all()


@pytest.mark.parametrize("sizes", [np.zeros((0, 2)), [[0.0, 5.0]], [[np.nan, 5.0]]])
def test_no_size_at_all_is_said(sizes):
    with pytest.raises(TrainingError, match="no instance"):
        fit_anchors(np.array(sizes, np.float32), 3, seed=0)
