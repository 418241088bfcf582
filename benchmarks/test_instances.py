"""The instance model's host code (everything outside of the engines) on a frame of 1600×256.

The maps are random integers with the shapes of a pyramid's outputs, and sixteen strong peaks. The
frame is one window; sixteen boxes are sampled and sixteen masks drawn.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from edge.vision.engines.base import Engine
from edge.vision.engines.quantized import Quantized
from edge.vision.instances import windows
from edge.vision.instances.anchors import STRIDES, Anchors
from edge.vision.instances.boxes import (
    Boxes,
    encode,
    iou,
)
from edge.vision.instances.found_instance import FoundInstance
from edge.vision.instances.measure import measure
from edge.vision.instances.outline import paste, pixels_of
from edge.vision.instances.proposals import propose
from edge.vision.instances.roialign import roi_align
from edge.vision.instances.rules import ClassRule
from edge.vision.instances.windows import cover
from edge.vision.models.instances import InstanceModel

WIDTH, HEIGHT, CHANNELS, CLASSES, ROIS = 1600, 256, 48, 4, 16
ANCHORS = Anchors(
    (
        ((10.0, 10.0), (14.0, 40.0), (40.0, 14.0)),
        ((40.0, 40.0), (24.0, 120.0), (120.0, 24.0)),
        ((110.0, 110.0), (60.0, 240.0), (240.0, 60.0)),
    )
)
SIZES = ((WIDTH, HEIGHT), (512, HEIGHT), (256, HEIGHT))
TILES = [(x, y, 200, 128) for x in range(0, WIDTH, 600) for y in (0, 128)]


class Replay(Engine):
    """Returns the same outputs at once for every input."""

    name = "replay"
    threads = 1

    def __init__(self, outputs: list[Quantized], input_shape: tuple[int, ...]) -> None:
        self.outputs = outputs
        self.input_shape = input_shape

    def run(self, batch):
        raise NotImplementedError

    def run_tensors(self, inputs):
        return self.outputs


def places() -> Boxes:
    """Sixteen boxes in a row, from pits to half the height of the frame."""
    sides = np.linspace(12, 120, ROIS, dtype=np.float32)
    x = np.arange(ROIS, dtype=np.float32) * 100 + 5
    return np.stack([x, np.full_like(x, 40), x + sides * 0.7, 40 + sides], axis=1)


@pytest.fixture(scope="module")
def maps() -> list[list[Quantized]]:
    rng = np.random.default_rng(0)
    anchors = ANCHORS.boxes(HEIGHT, WIDTH)
    shared = iou(anchors, places())
    logits = rng.normal(-70, 12, len(anchors)) + 150 * shared.max(axis=1)
    deltas = encode(anchors, places()[shared.argmax(axis=1)]) * 20
    levels: list[list[Quantized]] = [[], [], []]
    start = 0
    for stride, k in zip(STRIDES, ANCHORS.per_level, strict=True):
        rows, columns = HEIGHT // stride, WIDTH // stride
        end = start + rows * columns * k
        features = rng.integers(-128, 128, (rows, columns, CHANNELS), dtype=np.int8)
        levels[0].append(Quantized(features, 0.02, -128))
        for kind, values, depth in ((1, logits, k), (2, deltas, 4 * k)):
            whole = values[start:end].clip(-128, 127).round().astype(np.int8)
            levels[kind].append(Quantized(whole.reshape(rows, columns, depth), 0.05, 0))
        start = end
    return levels


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(threads)


def test_propose(benchmark, maps):
    boxes, _ = benchmark(propose, maps[1], maps[2], ANCHORS, HEIGHT, WIDTH)
    assert len(boxes) == ROIS


def test_roi_align(benchmark, maps):
    assert benchmark(roi_align, maps[0], places()).shape == (ROIS, 14, 14, CHANNELS)


def test_paste(benchmark):
    masks = np.random.default_rng(0).random((ROIS, 28, 28), dtype=np.float32)
    corners = [tuple(box) for box in places().tolist()]

    def pasted():
        return [
            paste(mask, box, pixels_of(box, HEIGHT, WIDTH))
            for mask, box in zip(masks, corners, strict=True)
        ]

    assert len(benchmark(pasted)) == ROIS


def test_cover(benchmark):
    def searched():
        windows._cover.cache_clear()
        return cover(WIDTH, HEIGHT, TILES, SIZES)

    assert benchmark(searched)


def test_measure(benchmark):
    mask = np.tri(200, 180, dtype=np.bool_)
    found = FoundInstance(0, 0.9, (10.0, 10.0, 190.0, 210.0), mask, (10, 10, 180, 200))
    benchmark(measure, found, mm_per_px_across=0.5, mm_per_line=0.4, position_mm=1e6)


@pytest.mark.parametrize("call", ["find", "candidates"])
def test_host(benchmark, maps, call):
    """Everything but the engines, from pixels to instances with their outlines."""
    rng = np.random.default_rng(1)
    heads = np.zeros((ROIS, CLASSES + 5), np.float32)
    heads[:, 1] = 5
    masks = Quantized(rng.integers(-128, 128, (8, 28, 28, CLASSES), dtype=np.int8), 0.05, 0)
    outputs = [
        Quantized(level.values[np.newaxis], level.scale, level.zero)
        for kind in maps
        for level in kind
    ]
    model = InstanceModel(
        {(WIDTH, HEIGHT): Replay(outputs, (1, HEIGHT, WIDTH, 1))},
        Replay([Quantized(heads)], (ROIS, 14, 14, CHANNELS)),
        Replay([masks], (8, 14, 14, CHANNELS)),
        classes=("1", "2", "3", "4"),
        anchors=ANCHORS,
        rules=(ClassRule(0.5, 4),) * CLASSES,
        rois=ROIS,
    )
    pixels = np.zeros((HEIGHT, WIDTH), np.uint8)
    assert len(benchmark(getattr(model, call), pixels)) == ROIS
