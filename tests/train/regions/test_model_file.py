from __future__ import annotations

import numpy as np
import pytest

from edge.core.errors import TrainingError, UnwritableError
from edge.core.geometry import Geometry
from train.backend import load_keras
from train.loop.checkpoint import values
from train.networks import NETWORKS
from train.regions.model_file import build_network, save_model
from train.regions.plan import RegionsPlan
from train.regions.task import Task

TASK = Task("multiclass", ("a", "b"))


def plan(network, size):
    return RegionsPlan("multiclass", network, Geometry(None, size), NETWORKS[network].recipe)


def test_a_network_comes_back_bare_with_its_weights(tmp_path):
    tiny = plan("ann1", (8, 6))
    model = build_network(tiny, TASK)
    assert (model.input_shape, model.output_shape) == ((None, 6, 8, 1), (None, 3))
    model.compile(optimizer="adam", loss="mse")
    save_model(tmp_path / "model.keras", model, tiny, TASK)
    back = load_keras().models.load_model(tmp_path / "model.keras")
    assert not back.compiled
    for found, wanted in zip(values(back.variables), values(model.variables), strict=True):
        np.testing.assert_array_equal(found, wanted)
    assert [p.name for p in tmp_path.iterdir()] == ["model.keras"]


def test_an_input_too_small_for_the_network_is_refused():
    with pytest.raises(TrainingError, match=r"cnn1 cannot be built for an input of 8×6.*--region"):
        build_network(plan("cnn1", (8, 6)), TASK)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    tiny = plan("ann1", (8, 6))
    with pytest.raises(UnwritableError, match=r"none/model\.keras cannot be written"):
        save_model(tmp_path / "none" / "model.keras", build_network(tiny, TASK), tiny, TASK)
