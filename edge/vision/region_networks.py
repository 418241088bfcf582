"""The two networks that judge regions, and the inputs that each of them gets from a frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import BundleError
from edge.core.frame import Pixels
from edge.vision.models.classifier import Classifier, ClassScores
from edge.vision.models.gate import Gate
from edge.vision.preprocess import network_input, past_the_edge
from edge.vision.region_scores import RegionScores, decision_scores


class RegionNetworks:
    """A gate for all regions of a frame and a classifier for chosen ones.

    Regions past the strip's edge score 0 without inference: there is nothing to inspect.

    Args:
        gate: Scores all regions.
        classifier: Scores chosen regions; None if the bundle has none.

    Raises:
        BundleError: Their regions have different sizes.
    """

    def __init__(self, gate: Gate, classifier: Classifier | None) -> None:
        if classifier and classifier.geometry.region != gate.geometry.region:
            raise BundleError("the bundle's gate and classifier look at different regions")
        self.gate = gate
        self.classifier = classifier

    def inputs(self, pixels: Pixels) -> NDArray[np.uint8]:
        """The gate's inputs [regions, height, width] uint8 of a frame [lines, columns].

        Raises:
            ImageError: The frame is smaller than a region.
        """
        return network_input(pixels, self.gate.geometry)

    def gate_scores(self, inputs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The gate's probability of a defect, [regions]."""
        beyond = past_the_edge(inputs)
        if not beyond.any():
            return self.gate.scores(inputs)
        scores = np.zeros(len(inputs), np.float32)
        scores[~beyond] = self.gate.scores(inputs[~beyond])
        return scores

    def class_scores(
        self, pixels: Pixels, inputs: NDArray[np.uint8], chosen: NDArray[np.intp]
    ) -> ClassScores:
        """The classifier's scores of the chosen regions, with class maps if the network has them.

        Args:
            pixels: The frame.
            inputs: The gate's inputs of the frame.
            chosen: Indices of regions, in the order of their boxes.
        """
        assert self.classifier is not None
        return self.classifier.scores(self._classifier_inputs(pixels, inputs)[chosen], maps=True)

    def judge(self, pixels: Pixels) -> RegionScores:
        """Score every region of a frame [lines, columns] with both networks, for evaluation.

        Raises:
            ImageError: The frame is smaller than a region.
        """
        inputs = self.inputs(pixels)
        gate = self.gate_scores(inputs)
        boxes = self.gate.geometry.boxes(*pixels.shape)
        if self.classifier is None:
            return RegionScores(boxes, gate, None, gate)
        classes = self.classifier.scores(self._classifier_inputs(pixels, inputs))
        beyond = past_the_edge(inputs)
        classes.classes[beyond], classes.none[beyond] = 0.0, 1.0
        return RegionScores(boxes, gate, classes, decision_scores(gate, classes))

    def _classifier_inputs(self, pixels: Pixels, inputs: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The classifier's inputs of a frame: the gate's inputs if they have the same size."""
        assert self.classifier is not None
        if self.classifier.geometry == self.gate.geometry:
            return inputs
        return network_input(pixels, self.classifier.geometry)
