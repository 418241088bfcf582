"""The instance model: a class, a box and an outline for every defect on a frame.

Mask R-CNN (He et al., ICCV 2017) in three networks, with host code between them: a pyramid with
its region proposals looks at windows, and two small heads at the few boxes that it proposes.
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
    features_of,
    likeliest,
    maps_of,
    picture,
)
from edge.vision.instances.windows import Window, cover

_SAME = 0.5
"""Intersection over union from which on two boxes of a class are the same defect."""

_MOST = 100
"""Instances of a frame at most: as many as the COCO metrics look at."""


@dataclass(frozen=True, slots=True, eq=False)
class _Hits:
    """Boxes that show a class.

    Attributes:
        boxes: Corners in pixels of their windows, [n, 4].
        placed: The same in pixels of the frame.
        views: Index of each one's view, [n].
        classes: Index of each one's class, [n].
        scores: Probability of that class, [n], falling.
    """

    boxes: Boxes
    placed: Boxes
    views: NDArray[np.intp]
    classes: NDArray[np.intp]
    scores: NDArray[np.float32]


class InstanceModel:
    """Finds instances on frames of any size.

    Args:
        pyramids: The pyramid at each window size (width, height) in pixels. Its outputs are told by
            shape: of each level the features, the objectness [.., k] and the deltas [.., 4k].
        box_head: Gives logits of none and of each class, then dx, dy, dw, dh, in one output.
        mask_head: Gives logits [n, 28, 28, classes]; None where there are boxes alone.
        classes: Names of the classes.
        anchors: What the proposals start from.
        rules: Which instances count, one rule a class.
        rois: Boxes of a frame that the heads look at, at most.

    Attributes:
        engine_ms: Milliseconds that the last call spent in the engines.
        host_ms: Milliseconds that it spent outside of them.
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
        """The defects on a frame by the rules, best score first.

        Args:
            pixels: Grey frame [lines, columns] uint8.
            suspicious: Regions to look at; None for the whole frame.

        Raises:
            EngineError: An engine failed, or the networks do not belong together.
            NotFiniteError: A network gave what is no finite number.
        """
        started = time.perf_counter()
        floors = np.array([rule.score for rule in self.rules], dtype=np.float32)
        found = by_rules(self._look(pixels, suspicious, floors), self.rules)
        self._took(started)
        return found

    def candidates(
        self, pixels: Pixels, suspicious: Sequence[Box] | None = None, score: float = 0.05
    ) -> list[FoundInstance]:
        """What ``find`` has before the rules and unjoined, from ``score`` on, best first.

        Raises:
            EngineError: As ``find``.
        """
        started = time.perf_counter()
        floors = np.full(len(self.classes), score, dtype=np.float32)
        found = self._look(pixels, suspicious, floors)
        self._took(started)
        return found

    def _took(self, started: float) -> None:
        self.host_ms = (time.perf_counter() - started) * 1e3 - self.engine_ms

    def _look(
        self, pixels: Pixels, suspicious: Sequence[Box] | None, floors: NDArray[np.float32]
    ) -> list[FoundInstance]:
        """Instances whose class is at least as likely as ``floors`` [classes] asks."""
        self.engine_ms = 0.0
        height, width = pixels.shape
        windows = cover(width, height, suspicious, self.sizes)
        views = likeliest([self._view(pixels, window) for window in windows], self.rois)
        if not any(len(view.proposals) for view in views):
            return []
        hits = self._hits(views, floors)
        masks = self._masks(views, hits)
        found = []
        for i, (x1, y1, x2, y2) in enumerate(hits.placed.tolist()):
            box, mask = (x1, y1, x2, y2), None
            piece = pixels_of(box, height, width)
            if masks is not None:
                mask, piece = paste(masks[i], box, piece)
            found.append(
                FoundInstance(int(hits.classes[i]), float(hits.scores[i]), box, mask, piece)
            )
        return found

    def _view(self, pixels: Pixels, window: Window) -> WindowFeatures:
        width, height = size = self.sizes[window.size_index]
        corner = (window.x, window.y)
        inputs = picture(pixels, corner, size)[np.newaxis]
        maps = maps_of(self._run(self.pyramids[size], inputs), self.anchors, height, width)
        seen = (min(width, pixels.shape[1] - window.x), min(height, pixels.shape[0] - window.y))
        boxes, scores = propose(
            maps.objectness, maps.deltas, self.anchors, height, width, limit=self.rois
        )
        boxes = clip(boxes, seen[1], seen[0])
        real = with_area(boxes)
        return WindowFeatures(corner, seen, maps.features, boxes[real], scores[real])

    def _hits(self, views: list[WindowFeatures], floors: NDArray[np.float32]) -> _Hits:
        """What the box head makes of all proposals, without doubles."""
        of = np.repeat(np.arange(len(views)), [len(view.proposals) for view in views])
        proposals = np.concatenate([view.proposals for view in views])
        said = self._in_batches(self.box_head, features_of(views, proposals, of)).decoded()
        if said.shape[1] != len(self.classes) + 5:
            raise EngineError(
                f"the box head gives {said.shape[1]} numbers a box, not none, "
                f"{len(self.classes)} classes and 4 deltas",
                "It belongs to another model; export it again",
            )
        seen = np.array([view.seen for view in views], dtype=np.float32)
        boxes = decode(proposals, said[:, -4:]).clip(0, np.tile(seen[of], 2))
        scores = softmax(said[:, :-4])[:, 1:]
        rows, classes = np.nonzero((scores >= floors) & with_area(boxes)[:, np.newaxis])
        scores, boxes, of = scores[rows, classes], boxes[rows], of[rows]
        corners = np.array([view.corner for view in views], dtype=np.float32)
        placed = boxes + np.tile(corners[of], 2)
        kept = nms_by_class(placed, scores, classes, _SAME, _MOST)
        return _Hits(boxes[kept], placed[kept], of[kept], classes[kept], scores[kept])

    def _masks(self, views: list[WindowFeatures], hits: _Hits) -> NDArray[np.float32] | None:
        """Probabilities [n, 28, 28] that a pixel of each box is of the box's class."""
        if self.mask_head is None or not len(hits.boxes):
            return None
        features = features_of(views, hits.boxes, hits.views)
        logits = self._in_batches(self.mask_head, features)
        if logits.shape[-1] != len(self.classes):
            raise EngineError(
                f"the mask head knows {logits.shape[-1]} classes, not {len(self.classes)}",
                "It belongs to another model; export it again",
            )
        own = logits.values[np.arange(len(hits.boxes)), :, :, hits.classes]
        return sigmoid(Quantized(own, logits.scale, logits.zero).decoded())

    def _in_batches(self, head: Engine, features: NDArray[np.float32]) -> Quantized:
        """The one output of a head for any number of boxes, at least one, in its own batches."""
        batch = head.input_shape[0]
        short = -len(features) % batch
        if short:
            nothing = np.zeros((short, *features.shape[1:]), dtype=np.float32)
            features = np.concatenate([features, nothing])
        parts = [
            self._run(head, features[start : start + batch])[0]
            for start in range(0, len(features), batch)
        ]
        values = np.concatenate([part.values for part in parts])
        return Quantized(values[: len(values) - short], parts[0].scale, parts[0].zero)

    def _run(
        self, engine: Engine, inputs: NDArray[np.uint8] | NDArray[np.float32]
    ) -> list[Quantized]:
        started = time.perf_counter()
        outputs = engine.run_tensors(inputs)
        self.engine_ms += (time.perf_counter() - started) * 1e3
        if not all(output.finite for output in outputs):
            raise NotFiniteError("a network that outlines gives what is no finite number")
        return outputs
