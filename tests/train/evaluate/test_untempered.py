"""Probabilities at temperature 1, against networks that were run at temperature 1."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edge.core.geometry import Geometry
from edge.vision.cascade import Cascade
from edge.vision.engines.activations import sigmoid, softmax
from edge.vision.models.classifier import Classifier
from edge.vision.models.gate import Gate
from tests.edge import fakes
from train.data.tiles import label_tiles
from train.evaluate.calibration import expected_calibration_error
from train.evaluate.scoring import score
from train.evaluate.untempered import is_tempered, untempered, untempered_binary, untempered_softmax

LOGITS = arrays(np.float32, (6, 4), elements=st.floats(-6, 6, width=32))
TEMPERATURES = st.floats(0.5, 4)


@given(LOGITS, TEMPERATURES)
def test_logits_are_not_needed(logits, temperature):
    scaled = (logits / np.float32(temperature)).astype(np.float32)
    many = untempered_softmax(softmax(scaled), temperature)
    np.testing.assert_allclose(many, softmax(logits), atol=1e-4)
    each = untempered_binary(sigmoid(scaled), temperature)
    np.testing.assert_allclose(each, sigmoid(logits), atol=1e-3)


def test_the_error_before_calibration_is_recovered():
    random = np.random.default_rng(0)
    logits = (4 * random.normal(size=(500, 3))).astype(np.float32)
    right = random.random(500) < 0.7
    tempered = softmax(logits / np.float32(2.5))
    before, now = (
        expected_calibration_error(p.max(axis=1), right)
        for p in (untempered_softmax(tempered, 2.5), tempered)
    )
    assert before == pytest.approx(
        expected_calibration_error(softmax(logits).max(axis=1), right), abs=1e-6
    )
    assert abs(before - now) > 0.03


def test_certainty_stays_certain():
    assert untempered_binary(np.array([0.0, 1.0], np.float32), 2.0).tolist() == [0.0, 1.0]
    assert untempered_softmax(np.array([[0.0, 1.0]], np.float32), 2.0).tolist() == [[0.0, 1.0]]


def cascade(gate: float, classifier: float, outputs: tuple[str, ...]) -> Cascade:
    geometry = Geometry(fakes.REGION, fakes.REGION)
    softly = outputs[0] == "none"
    second = Classifier(
        fakes.BrightnessEngine(3),
        geometry,
        outputs,
        "softmax" if softly else "sigmoid",
        classifier,
    )
    first = Gate(fakes.BrightnessEngine(1), geometry, ("defect",), "sigmoid", gate)
    classes = tuple(name for name in outputs if name != "none")
    return Cascade(first, second, classes=classes, gate_threshold=0.1, decision_threshold=0.5)


@pytest.mark.parametrize("outputs", [("none", "spot", "streak"), ("dull", "spot", "streak")])
def test_a_cascade_is_judged_as_at_temperature_1(outputs):
    pixels = fakes.strip((5, 5, 155), (25, 5, 152), (45, 15, 149))
    tempered, plain = cascade(2.0, 3.0, outputs), cascade(1.0, 1.0, outputs)
    assert (is_tempered(tempered), is_tempered(plain)) == (True, False)
    found = untempered(tempered.networks.judge(pixels), tempered)
    wanted = plain.networks.judge(pixels)
    np.testing.assert_allclose(found.gate, wanted.gate, atol=1e-5)
    np.testing.assert_allclose(found.classes.none, wanted.classes.none, atol=1e-5)
    np.testing.assert_allclose(found.classes.classes, wanted.classes.classes, atol=1e-5)
    np.testing.assert_allclose(found.decision, wanted.decision, atol=1e-5)


def test_a_frame_is_its_worst_region_at_temperature_1_too(spotted):
    outputs = ("none", "spot", "streak")
    tempered, plain = cascade(2.0, 3.0, outputs), cascade(1.0, 1.0, outputs)
    items = [tile for sample in spotted for tile in label_tiles(sample, None)]
    found = score(tempered, items, fakes.CLASSES).untempered
    wanted = score(plain, items, fakes.CLASSES)
    assert wanted.untempered is None
    for name in ("gate", "decision", "none", "class_scores"):
        np.testing.assert_allclose(getattr(found, name), getattr(wanted, name), atol=1e-5)
    np.testing.assert_array_equal(found.truth, wanted.truth)
