"""The instance model: a class, a box and an outline for every defect on a frame.

Mask R-CNN (He et al., ICCV 2017) in three networks, with host code between them: a feature pyramid
with region proposals processes windows of the frame, and two small heads process the proposed
boxes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import EngineError, NotFiniteError
from edge.core.frame import Pixels
from edge.core.geometry import Box
from edge.vision.engines.activations import sigmoid, softmax
from edge.vision.engines.base import Engine
from edge.vision.engines.quantized import Quantized
from edge.vision.instances.anchors import Anchors
from edge.vision.instances.boxes import (
    Boxes,
    clip,
    decode,
    with_area,
)
from edge.vision.instances.found_instance import FoundInstance
from edge.vision.instances.nms import nms_by_class
from edge.vision.instances.outline import paste, pixels_of
from edge.vision.instances.proposals import propose
from edge.vision.instances.rules import ClassRule, by_rules
from edge.vision.instances.window_features import (
    WindowFeatures,
    best_proposals,
    features_of,
    maps_of,
    picture,
)
from edge.vision.instances.windows import Window, cover

_NMS_IOU = 0.5
"""Two boxes of a class with a higher IoU are the same defect."""

_MAX_INSTANCES = 100
"""Most instances of a frame, the number that the COCO metrics use."""


@dataclass(frozen=True, slots=True, eq=False)
class _Detections:
    """Boxes with their classes.

    Attributes:
        boxes: Corners in pixels of their windows, [n, 4].
        frame_boxes: The same boxes in pixels of the frame, [n, 4].
        windows: Index of each box's window, [n].
        classes: Index of each box's class, [n].
        scores: Probability of that class, [n], descending.
    """

    boxes: Boxes
    frame_boxes: Boxes
    windows: NDArray[np.intp]
    classes: NDArray[np.intp]
    scores: NDArray[np.float32]


class InstanceModel:
    """Finds instances on frames of any size.

    Args:
        pyramids: The pyramid at each window size (width, height) in pixels. Its outputs are
            identified by shape: for each level the features, the objectness [.., k] and the
            deltas [.., 4k].
        box_head: Outputs logits of none and of each class, then dx, dy, dw, dh, in one tensor.
        mask_head: Outputs logits [n, 28, 28, classes]; None if the model has boxes only.
        classes: Names of the classes.
        anchors: Anchors of the proposals.
        rules: Conditions for reporting an instance, one rule per class.
        rois: Most proposals of a frame that go to the heads.

    Attributes:
        engine_ms: Milliseconds that the last call spent in the engines.
        host_ms: Milliseconds that the last call spent in host code.
    """

    def __init__(
        self,
        pyramids: Mapping[tuple[int, int], Engine],
        box_head: Engine,
        mask_head: Engine | None,
        *,
        classes: Sequence[str],
        anchors: Anchors,
        rules: Sequence[ClassRule],
        rois: int = 64,
    ) -> None:
        self.pyramids = dict(pyramids)
        self.sizes = tuple(pyramids)
        self.box_head = box_head
        self.mask_head = mask_head
        self.classes = tuple(classes)
        self.anchors = anchors
        self.rules = tuple(rules)
        self.rois = rois
        self.engine_ms = self.host_ms = 0.0

    def find(self, pixels: Pixels, suspicious: Sequence[Box] | None = None) -> list[FoundInstance]:
        """The defects on a frame that meet the rules, highest score first.

        Args:
            pixels: Grey frame [lines, columns] uint8.
            suspicious: Regions to process; None for the whole frame.

        Raises:
            EngineError: An engine failed, or the networks do not belong together.
            NotFiniteError: A network gave what is no finite number.
        """
        started = time.perf_counter()
        floors = np.array([rule.score for rule in self.rules], dtype=np.float32)
        found = by_rules(self._detect(pixels, suspicious, floors), self.rules)
        self._set_host_ms(started)
        return found

    def candidates(
        self, pixels: Pixels, suspicious: Sequence[Box] | None = None, score: float = 0.05
    ) -> list[FoundInstance]:
        """All instances with at least ``score``, before joining and rules, highest score first.

        Raises:
            EngineError: As ``find``.
        """
        started = time.perf_counter()
        floors = np.full(len(self.classes), score, dtype=np.float32)
        found = self._detect(pixels, suspicious, floors)
        self._set_host_ms(started)
        return found

    def _set_host_ms(self, started: float) -> None:
        self.host_ms = (time.perf_counter() - started) * 1e3 - self.engine_ms

    def _detect(
        self, pixels: Pixels, suspicious: Sequence[Box] | None, floors: NDArray[np.float32]
    ) -> list[FoundInstance]:
        """Instances whose class probability is at least that in ``floors`` [classes]."""
        self.engine_ms = 0.0
        height, width = pixels.shape
        covering = cover(width, height, suspicious, self.sizes)
        windows = best_proposals(
            [self._window_features(pixels, window) for window in covering], self.rois
        )
        if not any(len(window.proposals) for window in windows):
            return []
        detections = self._detections(windows, floors)
        masks = self._masks(windows, detections)
        found = []
        for i, (x1, y1, x2, y2) in enumerate(detections.frame_boxes.tolist()):
            box, mask = (x1, y1, x2, y2), None
            piece = pixels_of(box, height, width)
            if masks is not None:
                mask, piece = paste(masks[i], box, piece)
            found.append(
                FoundInstance(
                    int(detections.classes[i]), float(detections.scores[i]), box, mask, piece
                )
            )
        return found

    def _window_features(self, pixels: Pixels, window: Window) -> WindowFeatures:
        width, height = size = self.sizes[window.size_index]
        corner = (window.x, window.y)
        inputs = picture(pixels, corner, size)[np.newaxis]
        maps = maps_of(self._run(self.pyramids[size], inputs), self.anchors, height, width)
        inside = (min(width, pixels.shape[1] - window.x), min(height, pixels.shape[0] - window.y))
        boxes, scores = propose(
            maps.objectness, maps.deltas, self.anchors, height, width, limit=self.rois
        )
        boxes = clip(boxes, inside[1], inside[0])
        valid = with_area(boxes)
        return WindowFeatures(corner, inside, maps.features, boxes[valid], scores[valid])

    def _detections(
        self, windows: list[WindowFeatures], floors: NDArray[np.float32]
    ) -> _Detections:
        """Classify and refine all proposals with the box head, then suppress duplicates."""
        of = np.repeat(np.arange(len(windows)), [len(window.proposals) for window in windows])
        proposals = np.concatenate([window.proposals for window in windows])
        output = self._in_batches(self.box_head, features_of(windows, proposals, of)).decoded()
        if output.shape[1] != len(self.classes) + 5:
            raise EngineError(
                f"the box head gives {output.shape[1]} numbers a box, not none, "
                f"{len(self.classes)} classes and 4 deltas",
                "It belongs to another model; export it again",
            )
        inside = np.array([window.inside for window in windows], dtype=np.float32)
        boxes = decode(proposals, output[:, -4:]).clip(0, np.tile(inside[of], 2))
        scores = softmax(output[:, :-4])[:, 1:]
        rows, classes = np.nonzero((scores >= floors) & with_area(boxes)[:, np.newaxis])
        scores, boxes, of = scores[rows, classes], boxes[rows], of[rows]
        corners = np.array([window.corner for window in windows], dtype=np.float32)
        frame_boxes = boxes + np.tile(corners[of], 2)
        kept = nms_by_class(frame_boxes, scores, classes, _NMS_IOU, _MAX_INSTANCES)
        return _Detections(boxes[kept], frame_boxes[kept], of[kept], classes[kept], scores[kept])

    def _masks(
        self, windows: list[WindowFeatures], detections: _Detections
    ) -> NDArray[np.float32] | None:
        """Probability [n, 28, 28] that each cell of a box belongs to a defect of its class."""
        if self.mask_head is None or not len(detections.boxes):
            return None
        features = features_of(windows, detections.boxes, detections.windows)
        logits = self._in_batches(self.mask_head, features)
        if logits.shape[-1] != len(self.classes):
            raise EngineError(
                f"the mask head knows {logits.shape[-1]} classes, not {len(self.classes)}",
                "It belongs to another model; export it again",
            )
        own = logits.values[np.arange(len(detections.boxes)), :, :, detections.classes]
        return sigmoid(Quantized(own, logits.scale, logits.zero).decoded())

    def _in_batches(self, head: Engine, features: NDArray[np.float32]) -> Quantized:
        """Run a head on one or more boxes in batches of its fixed size; its only output."""
        batch = head.input_shape[0]
        missing = -len(features) % batch
        if missing:
            padding = np.zeros((missing, *features.shape[1:]), dtype=np.float32)
            features = np.concatenate([features, padding])
        parts = [
            self._run(head, features[start : start + batch])[0]
            for start in range(0, len(features), batch)
        ]
        values = np.concatenate([part.values for part in parts])
        return Quantized(values[: len(values) - missing], parts[0].scale, parts[0].zero)

    def _run(
        self, engine: Engine, inputs: NDArray[np.uint8] | NDArray[np.float32]
    ) -> list[Quantized]:
        started = time.perf_counter()
        outputs = engine.run_tensors(inputs)
        self.engine_ms += (time.perf_counter() - started) * 1e3
        if not all(output.finite for output in outputs):
            raise NotFiniteError("a network that outlines gives what is no finite number")
        return outputs
