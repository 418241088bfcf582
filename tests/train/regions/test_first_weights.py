from __future__ import annotations

import numpy as np
import pytest

from edge.core.errors import MissingPathError, TrainingError
from train.backend import load_keras
from train.networks import NETWORKS
from train.regions.first_weights import read_weights, start_from

SHAPE = (32, 32, 1)


def built(name="mobilenet", outputs=3, seed=0):
    load_keras().utils.set_random_seed(seed)
    return NETWORKS[name].build(SHAPE, outputs)


def test_a_networks_own_weights_come_back(tmp_path):
    model = built()
    model.save(tmp_path / "model.keras")
    other = built(seed=1)
    taken = start_from(other, read_weights(tmp_path))
    seeds = [v for v in model.variables if "seed" in v.path]
    assert taken == len(model.variables) - len(seeds)
    x = np.random.default_rng(0).random((2, *SHAPE), np.float32)
    np.testing.assert_allclose(other.predict_on_batch(x), model.predict_on_batch(x), atol=1e-5)


def test_what_does_not_fit_keeps_its_first_weights(tmp_path):
    model = built(outputs=5)
    model.save(tmp_path / "model.keras")
    other = built(outputs=3, seed=1)
    before = np.array(other.get_layer("logits").kernel)
    start_from(other, read_weights(tmp_path / "model.keras"))
    np.testing.assert_array_equal(np.array(other.get_layer("logits").kernel), before)
    wanted = np.array(model.get_layer("conv1").kernel)
    np.testing.assert_array_equal(np.array(other.get_layer("conv1").kernel), wanted)


def test_a_kernel_for_colour_sees_grey_as_it_saw_equal_colours(tmp_path):
    """The stem of ImageNet's network on (2x - 1) in three channels is ours on x, but at borders."""
    rng = np.random.default_rng(0)
    weights = {
        "conv1__kernel": rng.normal(size=(3, 3, 3, 32)).astype(np.float32),
        "conv1_bn__gamma": rng.random(32).astype(np.float32),
        "conv1_bn__beta": rng.normal(size=32).astype(np.float32),
        "conv1_bn__moving_mean": rng.normal(size=32).astype(np.float32),
        "conv1_bn__moving_variance": rng.random(32).astype(np.float32) + 0.5,
    }
    np.savez(tmp_path / "weights.npz", **weights)
    model = built()
    assert start_from(model, read_weights(tmp_path / "weights.npz")) == len(weights)
    keras = load_keras()
    x = rng.random((1, *SHAPE)).astype(np.float32)
    found = keras.Model(model.input, model.get_layer("conv1_bn").output).predict_on_batch(x)
    colour = np.repeat(2 * x - 1, 3, axis=-1)
    raw = keras.ops.conv(colour, weights["conv1__kernel"], strides=2, padding="same")
    scale = weights["conv1_bn__gamma"] / np.sqrt(weights["conv1_bn__moving_variance"] + 1e-3)
    wanted = (np.array(raw) - weights["conv1_bn__moving_mean"]) * scale + weights["conv1_bn__beta"]
    np.testing.assert_allclose(found[:, :-1, :-1], wanted[:, :-1, :-1], atol=1e-3)


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda path: None, MissingPathError, "no weights"),
        (lambda path: path.write_bytes(b"not weights"), TrainingError, "cannot be read"),
        (lambda path: np.savez(path, other=np.zeros(3)), TrainingError, "none of the weights"),
    ],
)
def test_what_is_no_weights_is_said(tmp_path, make, error, says):
    path = tmp_path / "weights.npz"
    make(path)
    with pytest.raises(error, match=says):
        start_from(built(), read_weights(path))
