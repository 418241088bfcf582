"""What a stage's temperature is fitted to, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from export.score.temperature import present_outputs, stage_calibrations
from tests.train.evaluate.tables import scored

TILES = [SimpleNamespace(classes=frozenset(c)) for c in ((), (0,), (1,), (0, 1))]


@pytest.mark.parametrize(
    ("outputs", "classes", "shown"),
    [
        (("none", "defect"), (), [[1, 0], [0, 1], [0, 1], [0, 1]]),
        (("defect",), (), [[0], [1], [1], [1]]),
        (("none", "a", "b"), ("a", "b"), [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1]]),
        (("a", "b"), ("a", "b"), [[0, 0], [1, 0], [0, 1], [1, 1]]),
        (("none", "defect", "b"), ("defect", "b"), [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1]]),
    ],
    ids=["gate", "gate of one output", "multiclass", "multilabel", "a class called defect"],
)
def test_which_outputs_are_so_of_a_tile(outputs, classes, shown) -> None:
    assert present_outputs(outputs, classes, TILES).astype(int).tolist() == shown


def test_each_stage_s_error_before_and_after() -> None:
    plain = scored(["a", "", "a", ""], [[0.0, 1.0, 0.0], [0.0, 1.0, 0.0]] * 2)
    half = scored(["a", "", "a", ""], [[0.5, 0.5, 0.0]] * 4)
    mended = replace(half, untempered=plain)
    said = stage_calibrations(mended, plain, "tile")
    assert set(said) == {"gate", "classifier"}
    for calibration in said.values():
        assert (calibration.val.before, calibration.val.after) == (0.5, 0.0)
        assert (calibration.holdout.before, calibration.holdout.after) == (0.5, 0.5)
        assert (calibration.val.n, calibration.unit) == (4, "tile")


def test_without_a_classifier_the_gate_s_alone_is_said() -> None:
    mute = replace(scored(["a", ""], np.eye(3)[:2]), none=None, class_scores=None)
    assert set(stage_calibrations(mute, mute, "frame")) == {"gate"}
