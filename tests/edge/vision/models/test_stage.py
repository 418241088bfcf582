"""What a stage's outputs mean."""

from __future__ import annotations

import numpy as np
import pytest

from edge.core.geometry import Geometry
from edge.vision.engines.base import Engine
from edge.vision.models.classifier import Classifier
from edge.vision.models.gate import Gate


class Fixed(Engine):
    name, threads = "fixed", 1

    def __init__(self, rows):
        self.rows = np.array(rows, np.float32)

    def run(self, batch):
        return self.rows


GEOMETRY = Geometry(None, (1, 1))
NOTHING = np.zeros((1, 1, 1), np.uint8)


@pytest.mark.parametrize(
    ("outputs", "activation", "row", "score"),
    [
        (("none", "defect"), "softmax", [0.0, np.log(3)], 0.75),
        (("defect", "none"), "softmax", [0.0, np.log(3)], 0.25),
        (("defect",), "sigmoid", [np.log(3)], 0.75),
    ],
)
def test_the_gates_score_is_the_defects_output(outputs, activation, row, score):
    gate = Gate(Fixed([row]), GEOMETRY, outputs, activation)
    assert gate.scores(NOTHING) == pytest.approx([score])


@pytest.mark.parametrize(("outputs", "activation"), [(2, "softmax"), (1, "sigmoid")])
@pytest.mark.parametrize(("temperature", "score"), [(1.0, 0.9), (2.0, 0.75), (0.5, 81 / 82)])
def test_a_temperature_divides_the_logits(outputs, activation, temperature, score):
    row, names = [0.0, np.log(9)][-outputs:], ("none", "defect")[-outputs:]
    gate = Gate(Fixed([row]), GEOMETRY, names, activation, temperature)
    assert gate.scores(NOTHING) == pytest.approx([score])
    assert gate.scores(NOTHING).dtype == np.float32


@pytest.mark.parametrize("maps", [False, True])
def test_a_temperature_divides_the_logits_with_maps_and_without(maps: bool):
    rows = [np.log([1, 4, 4])]
    classifier = Classifier(Fixed(rows), GEOMETRY, ("none", "a", "b"), "softmax", 2.0)
    assert classifier.scores(NOTHING, maps=maps).none == pytest.approx([1 / 5])


def test_none_is_an_output_or_what_the_likeliest_class_leaves():
    multiclass = Classifier(
        Fixed([np.log([1, 2, 5])]), GEOMETRY, ("none", "a", "b"), "softmax"
    ).scores(NOTHING)
    assert multiclass.none == pytest.approx([1 / 8])
    assert multiclass.classes == pytest.approx(np.array([[2 / 8, 5 / 8]]))
    multilabel = Classifier(
        Fixed([[np.log(3), -np.log(3)]]), GEOMETRY, ("a", "b"), "sigmoid"
    ).scores(NOTHING)
    assert multilabel.none == pytest.approx([0.25])
    assert multilabel.classes == pytest.approx(np.array([[0.75, 0.25]]))
