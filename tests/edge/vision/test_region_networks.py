"""What each network gets to see of a frame."""

from __future__ import annotations

import numpy as np
import pytest

from edge.core.errors import BundleError
from edge.core.geometry import Geometry
from edge.vision.models.classifier import Classifier
from edge.vision.models.gate import Gate
from edge.vision.region_networks import RegionNetworks
from tests.edge.fakes import REGION, BrightnessEngine, cascade, frame


def test_stages_that_look_at_different_regions_are_refused():
    gate = Gate(BrightnessEngine(1), Geometry(REGION, REGION), ("defect",), "sigmoid")
    other = Geometry((30, 10), (30, 10))
    classifier = Classifier(BrightnessEngine(3), other, ("none", "a", "b"), "softmax")
    with pytest.raises(BundleError, match="different regions"):
        RegionNetworks(gate, classifier)


def test_past_the_strips_edge_there_is_nothing_to_inspect():
    pixels = np.full((20, 40), 100, np.uint8)
    pixels[:10, :20] = 2
    pixels[3, 3] = 255  # a hot pixel of the camera
    whole = cascade()
    seen = whole.inspect(frame(pixels))
    assert (seen.gate_scores[0], seen.suspicious) == (0.0, ())
    # What is not strip costs nothing.
    assert whole.networks.gate.engine.seen == len(seen.gate_scores) - 1
    judged = cascade().networks.judge(pixels)
    assert (judged.decision[0], judged.classes.none[0]) == (0.0, 1.0)
    pixels[pixels == 100] = 2
    assert cascade().inspect(frame(pixels)).defective
