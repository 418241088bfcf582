"""A cascade's scores at temperature 1, before calibration."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.vision.cascade import Cascade
from edge.vision.engines.activations import sigmoid, softmax
from edge.vision.models.classifier import class_scores
from edge.vision.region_scores import RegionScores, decision_scores


def is_tempered(cascade: Cascade) -> bool:
    """Whether any of its networks has a temperature other than 1."""
    stages = (cascade.networks.gate, cascade.networks.classifier)
    return any(stage is not None and stage.temperature != 1 for stage in stages)


def untempered(judged: RegionScores, cascade: Cascade) -> RegionScores:
    """The same regions' scores at temperature 1, without running the networks again."""
    gate = untempered_binary(judged.gate, cascade.networks.gate.temperature)
    classifier = cascade.networks.classifier
    if classifier is None or judged.classes is None:
        return RegionScores(judged.boxes, gate, None, gate)
    temperature, scores = classifier.temperature, judged.classes.classes
    if classifier.outputs[0] == "none":
        every = np.column_stack([judged.classes.none, scores])
        plain = untempered_softmax(every, temperature)
    else:
        plain = untempered_binary(scores, temperature)
    classes = class_scores(plain, classifier.outputs)
    return RegionScores(judged.boxes, gate, classes, decision_scores(gate, classes))


def untempered_softmax(
    probabilities: NDArray[np.float32], temperature: float
) -> NDArray[np.float32]:
    """Probabilities [n, k] at temperature 1: for logits z and p = softmax(z/T), softmax(T log p).

    p determines the logits up to a constant, which does not change a softmax.
    """
    with np.errstate(divide="ignore"):
        logits = temperature * np.log(probabilities.astype(np.float64))
    return softmax(logits).astype(np.float32)


def untempered_binary(
    probabilities: NDArray[np.float32], temperature: float
) -> NDArray[np.float32]:
    """The same for a sigmoid, or for one of two softmax outputs; any shape."""
    exact = probabilities.astype(np.float64)
    with np.errstate(divide="ignore"):
        logits = np.log(exact) - np.log1p(-exact)
    return sigmoid(temperature * logits).astype(np.float32)
