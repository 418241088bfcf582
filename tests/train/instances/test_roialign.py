from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from edge.vision.engines.quantized import Quantized
from edge.vision.instances import roialign as edge
from train.backend import load_keras
from train.instances.roialign import level_of, roi_align

STRIDES = (4, 8, 16)
WIDTH, HEIGHT, CHANNELS = 320, 256, 3


@pytest.fixture(scope="module")
def levels():
    rng = np.random.default_rng(0)
    return [rng.random((2, HEIGHT // s, WIDTH // s, CHANNELS), dtype=np.float32) for s in STRIDES]


@pytest.fixture(scope="module")
def boxes():
    """Of every level, within the window, at its border and beyond it."""
    rng = np.random.default_rng(1)
    corner = rng.uniform(-10, 200, (2, 40, 2))
    size = np.exp(rng.uniform(np.log(2), np.log(260), (2, 40, 2)))
    made = np.concatenate([corner, corner + size], axis=2).astype(np.float32)
    made[:, 0] = -4, 3, 300, 250
    return made


def by_scipy(levels, box, size):
    """The same by a spline library: one box [4] on the level of its area."""
    root = np.sqrt((box[2] - box[0]) * (box[3] - box[1]))
    level = int(np.clip(np.floor(4 + np.log2(root / 224)), 2, 4)) - 2
    centres = (np.arange(size) + 0.5) / size
    x = (box[0] + centres * (box[2] - box[0])) / STRIDES[level] - 0.5
    y = (box[1] + centres * (box[3] - box[1])) / STRIDES[level] - 0.5
    at = np.stack(np.meshgrid(y, x, indexing="ij"))
    return np.stack(
        [map_coordinates(levels[level][..., c], at, order=1, mode="nearest") for c in range(3)],
        axis=-1,
    )


def test_as_an_independent_implementation(levels, boxes):
    found = np.array(roi_align(levels, boxes, 7))
    assert found.shape == (2, 40, 7, 7, CHANNELS)
    for window in range(2):
        for i, box in enumerate(boxes[window]):
            wanted = by_scipy([level[window] for level in levels], box, 7)
            np.testing.assert_allclose(found[window, i], wanted, atol=1e-4)


def test_as_beside_the_line(levels, boxes):
    """There, samples lie where they should to half a 32nd of a cell each way."""
    found = np.array(roi_align(levels, boxes))
    for window in range(2):
        maps = [Quantized(level[window], 0.0, 0) for level in levels]
        lost = np.abs(found[window] - edge.roi_align(maps, boxes[window]))
        assert lost.max() <= 2 / 64 + 1e-4 and lost.mean() < 0.005
    assert set(np.array(level_of(boxes)).ravel()) == {0, 1, 2}
    np.testing.assert_array_equal(level_of(boxes[0]), edge.level_of(boxes[0]))


def test_a_ramp_by_hand():
    """On a map that counts its columns, samples are columns: 8 px wide in cells of 4 px."""
    ramp = np.tile(np.arange(8, dtype=np.float32)[None, None, :, None], (1, 4, 1, 1))
    coarse = [np.zeros((1, 2, 4, 1), np.float32), np.zeros((1, 1, 2, 1), np.float32)]
    found = np.array(roi_align([ramp, *coarse], np.array([[[8, 4, 16, 12]]], np.float32), 2))
    np.testing.assert_allclose(found[0, 0, :, :, 0], [[2, 3], [2, 3]], atol=1e-6)


@pytest.mark.parametrize(
    ("side", "level"), [(0, 0), (111.9, 0), (112, 1), (223.9, 1), (224, 2), (900, 2)]
)
def test_the_level_goes_by_the_area(side, level):
    assert int(level_of(np.array([0, 0, side, side], np.float32))) == level


def test_gradients_go_to_the_cells_that_were_read():
    """The slope of the sum over a box is the weight with which each cell was read."""
    load_keras()
    import tensorflow as tf

    maps = [tf.Variable(tf.zeros((1, 16 // s, 16 // s, 1))) for s in STRIDES]
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(roi_align(maps, np.array([[[4, 4, 8, 8]]], np.float32), 2))
    slope = tape.gradient(total, maps)
    wanted = np.zeros((4, 4))
    along = np.array([0.25, 1.5, 0.25])
    wanted[:3, :3] = np.outer(along, along)
    np.testing.assert_allclose(slope[0][0, ..., 0], wanted, atol=1e-5)
    assert not np.any(slope[1])
