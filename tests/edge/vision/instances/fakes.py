"""Engines that find bright rectangles: a pyramid and heads without a network."""

from __future__ import annotations

import cv2
import numpy as np

from edge.vision.engines.base import Engine
from edge.vision.engines.quantized import Quantized
from edge.vision.instances.anchors import STRIDES, Anchors
from edge.vision.instances.boxes import encode, iou

CHANNELS = 48
ANCHORS = Anchors(
    (
        ((16.0, 16.0), (8.0, 32.0), (32.0, 8.0)),
        ((40.0, 40.0), (20.0, 80.0), (80.0, 20.0)),
        ((100.0, 100.0), (50.0, 200.0), (200.0, 50.0)),
    )
)
CLASSES = ("grey", "white")
GREY, WHITE = 150, 250


class FakeEngine(Engine):
    """What the fakes share; counts its calls."""

    name = "fake"
    threads = 1

    def __init__(self, input_shape: tuple[int, ...]) -> None:
        self.input_shape = input_shape
        self.calls = 0

    def run(self, batch):
        raise NotImplementedError

    def run_tensors(self, inputs):
        assert inputs.shape[:3] == self.input_shape[:3]
        self.calls += 1
        return self.outputs(inputs)

    def outputs(self, inputs):
        raise NotImplementedError


class BrightPyramid(FakeEngine):
    """Proposes what is brighter than 100; its first feature is the brightness, 0 to 1."""

    def outputs(self, inputs):
        picture = inputs[0]
        height, width = picture.shape
        anchors = ANCHORS.boxes(height, width)
        logits = np.full(len(anchors), -7, np.float32)
        deltas = np.full((len(anchors), 4), 1e4, np.float32)  # beyond the window, so no proposal
        *_, stats, _ = cv2.connectedComponentsWithStats((picture > 100).view(np.uint8))
        bright = stats[1:, :4].astype(np.float32)
        if len(bright):
            bright[:, 2:] += bright[:, :2]
            shared = iou(anchors, bright)
            near = shared.max(axis=1) >= shared.max(axis=0).min() - 1e-6
            logits[near] = 4 + shared.max(axis=1)[near]
            deltas[near] = encode(anchors, bright[shared.argmax(axis=1)])[near]
        return self._levels(picture, logits, deltas)

    def _levels(self, picture, logits, deltas):
        outputs, start = [], 0
        for stride, k in zip(STRIDES, ANCHORS.per_level, strict=True):
            rows, columns = picture.shape[0] // stride, picture.shape[1] // stride
            end = start + rows * columns * k
            levels = cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA)
            features = np.full((1, rows, columns, CHANNELS), -128, np.int8)
            features[0, ..., 0] = (levels.astype(np.int16) - 128).astype(np.int8)
            outputs += [
                Quantized(deltas[start:end].reshape(1, rows, columns, 4 * k)),
                Quantized(features, 1 / 255, -128),
                Quantized(logits[start:end].reshape(1, rows, columns, k)),
            ]
            start = end
        return outputs


class BrightBoxHead(FakeEngine):
    """Tells grey from white by the middle of a box, and leaves the box as it is."""

    def outputs(self, inputs):
        brightness = inputs[:, 5:9, 5:9, 0].mean(axis=(1, 2))
        nearness = [0, GREY / 255, WHITE / 255]
        logits = -20 * np.abs(brightness[:, np.newaxis] - np.float32(nearness))
        return [Quantized(np.pad(logits, ((0, 0), (0, 4))))]


class BrightMaskHead(FakeEngine):
    """A pixel is the defect's where it is bright, in integers as a shrunk head gives them."""

    def outputs(self, inputs):
        fine = inputs[..., :1].repeat(2, axis=1).repeat(2, axis=2).repeat(len(CLASSES), axis=3)
        levels = np.round((fine - 0.3) * 100).clip(-128, 127).astype(np.int8)
        return [Quantized(levels, 0.1, 0)]
