"""Windows' pixels past the frame's end, and telling a pyramid's outputs apart."""

from __future__ import annotations

import numpy as np
import pytest

from edge.core.errors import EngineError
from edge.vision.engines.quantized import Quantized
from edge.vision.instances.anchors import STRIDES, Anchors
from edge.vision.instances.roialign import roi_align
from edge.vision.instances.window_features import (
    WindowFeatures,
    best_proposals,
    features_of,
    maps_of,
    picture,
)

ANCHORS = Anchors((((8.0, 8.0),) * 3, ((16.0, 16.0),) * 2, ((32.0, 32.0),)))


def outputs(height=32, width=64, channels=48) -> list[Quantized]:
    """Coarsest level first and deltas before features: an order that no one promised."""
    return [
        Quantized(np.full((1, height // s, width // s, depth), i, np.int8), 0.5, i)
        for i, (s, k) in enumerate(zip(STRIDES, ANCHORS.per_level, strict=True))
        for depth in (4 * k, channels, k)
    ][::-1]


def test_past_the_frames_end_its_border_is_repeated():
    pixels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert picture(pixels, (0, 0), (3, 2)).tolist() == pixels.tolist()
    assert picture(pixels, (1, 0), (4, 3)).tolist() == [[1, 2, 2, 2], [4, 5, 5, 5], [4, 5, 5, 5]]
    assert picture(pixels, (1, 1), (1, 1)).flags.c_contiguous


def test_outputs_are_told_apart_by_shape():
    maps = maps_of(outputs(), ANCHORS, 32, 64)
    for level, (stride, k) in enumerate(zip(STRIDES, ANCHORS.per_level, strict=True)):
        cells = (32 // stride, 64 // stride)
        assert maps.features[level].shape == (*cells, 48)
        assert maps.objectness[level].shape == (*cells, k)
        assert maps.deltas[level].shape == (*cells, 4 * k)
        assert {kind[level].zero for kind in (maps.features, maps.objectness)} == {level}


@pytest.mark.parametrize(
    "wrong",
    [outputs()[1:], outputs(64, 64), [*outputs(), *outputs(channels=24)]],
    ids=["a level short", "another window", "two kinds of features"],
)
def test_a_model_of_other_anchors_is_named(wrong):
    with pytest.raises(EngineError, match=r"lacks features, \d scores or \d+ deltas"):
        maps_of(wrong, ANCHORS, 32, 64)


def test_features_come_from_each_boxs_own_view():
    rng = np.random.default_rng(0)
    sizes = [(32 // s, 64 // s, 5) for s in STRIDES]
    boxes = np.float32([[1, 2, 30, 20], [5, 5, 9, 9], [0, 0, 64, 32]])
    maps = [[Quantized(rng.random(s).astype(np.float32)) for s in sizes] for _ in range(3)]
    views = [WindowFeatures((0, 0), (64, 32), each, boxes, np.ones(3, np.float32)) for each in maps]
    of = np.array([2, 0, 2])
    features = features_of(views, boxes, of)
    for i, view in enumerate(of):
        alone = roi_align(views[view].features, boxes[i : i + 1])
        assert features[i] == pytest.approx(alone[0])
    assert features_of(views[:1], boxes, of * 0) == pytest.approx(
        roi_align(views[0].features, boxes)
    )


def proposing(*scores: float) -> WindowFeatures:
    boxes = np.arange(len(scores) * 4, dtype=np.float32).reshape(-1, 4)
    return WindowFeatures((0, 0), (64, 32), [], boxes, np.array(scores, np.float32))


@pytest.mark.parametrize(
    ("limit", "kept"),
    [(9, (3, 0, 2)), (5, (3, 0, 2)), (3, (1, 0, 2)), (1, (1, 0, 0)), (2, (1, 0, 1))],
)
def test_the_best_proposals_of_all_windows_are_kept(limit, kept):
    views = [proposing(0.95, 0.6, 0.5), proposing(), proposing(0.9, 0.7)]
    chosen = best_proposals(views, limit)
    assert tuple(len(view.scores) for view in chosen) == kept
    for view, before in zip(chosen, views, strict=True):
        count = len(view.scores)
        assert view.scores.tolist() == before.scores[:count].tolist()
        assert view.proposals.tolist() == before.proposals[:count].tolist()


def test_without_windows_there_is_nothing_to_choose():
    assert best_proposals([], 4) == []
