"""A classifier's maps: what speaks for a class and against none."""

from __future__ import annotations

import numpy as np
import pytest

from edge.core.geometry import Geometry
from edge.vision.engines.base import Engine
from edge.vision.models.classifier import Classifier

GEOMETRY = Geometry(None, (1, 1))
NOTHING = np.zeros((1, 1, 1), np.uint8)


class Mapped(Engine):
    """Gives all its outputs alike in logits, and the map 1, 10, 100 at its one place."""

    name, threads = "mapped", 1

    def __init__(self, outputs: int) -> None:
        self.outputs = outputs

    def run(self, batch):
        return np.zeros((1, self.outputs), np.float32)

    def run_with_maps(self, batch):
        maps = np.array([1.0, 10.0, 100.0][: self.outputs], np.float32)
        return self.run(batch), maps[None, None, None]


@pytest.mark.parametrize(
    ("outputs", "activation", "wanted"),
    [
        (("none", "a", "b"), "softmax", [9.0, 99.0]),
        (("a", "b"), "sigmoid", [1.0, 10.0]),
    ],
)
def test_a_map_is_relative_to_the_map_of_none(outputs, activation, wanted):
    classifier = Classifier(Mapped(len(outputs)), GEOMETRY, outputs, activation)
    scores = classifier.scores(NOTHING, maps=True)
    assert scores.maps.shape == (1, 1, 1, 2)
    assert scores.maps[0, 0, 0] == pytest.approx(wanted)
    plain = classifier.scores(NOTHING)
    assert plain.maps is None
    np.testing.assert_array_equal(plain.classes, scores.classes)


def test_a_temperature_is_applied_where_maps_are_asked_for_too():
    class Steep(Mapped):
        def run(self, batch):
            return np.array([[0.0, np.log(9.0)]], np.float32)

    classifier = Classifier(Steep(2), GEOMETRY, ("none", "a"), "softmax", 2.0)
    assert classifier.scores(NOTHING, maps=True).classes == pytest.approx(np.array([[0.75]]))


def test_an_engine_without_maps_gives_none():
    class Plain(Mapped):
        run_with_maps = Engine.run_with_maps

    classifier = Classifier(Plain(3), GEOMETRY, ("none", "a", "b"), "softmax")
    assert classifier.scores(NOTHING, maps=True).maps is None
