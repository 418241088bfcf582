from __future__ import annotations

import numpy as np
import pytest

from train.backend import load_keras
from train.networks import NETWORKS

STUDY_SHAPE, TILE_SHAPE = (256, 256, 1), (128, 200, 1)


def built(name, outputs=2):
    shape = STUDY_SHAPE if NETWORKS[name].recipe.input else TILE_SHAPE
    return NETWORKS[name].build(shape, outputs)


def layers_of(model, kind):
    return [layer for layer in model.layers if type(layer).__name__ == kind]


@pytest.mark.parametrize(
    ("name", "units", "l2"),
    [
        ("ann1", [64, 64], None),
        ("ann2", [128] * 4, None),
        ("ann3", [128] * 4, 0.001),
        ("cnn1", [64, 64], None),
        ("cnn2", [128, 128], 0.01),
        ("cnn3", [256, 256], 0.01),
        ("cnn4", [256] * 3, 0.001),
    ],
)
def test_dense_layers_are_the_studys(name, units, l2):
    *hidden, last = layers_of(built(name, 5), "Dense")
    assert [layer.units for layer in hidden] == units
    assert {layer.activation.__name__ for layer in hidden} == {"relu"}
    penalties = {getattr(layer.kernel_regularizer, "l2", None) for layer in hidden}
    assert penalties == {l2}
    assert (last.units, last.activation.__name__) == (5, "linear")


@pytest.mark.parametrize(
    ("name", "convolutions", "pools"),
    [("cnn1", 5, 5), ("cnn2", 5, 4), ("cnn3", 7, 7), ("cnn4", 7, 7)],
)
def test_convolutions_are_the_studys(name, convolutions, pools):
    model = built(name)
    found = layers_of(model, "Conv2D")
    assert [(layer.filters, layer.kernel_size) for layer in found] == [(64, (2, 2))] * convolutions
    assert len(layers_of(model, "MaxPooling2D")) == pools


@pytest.mark.parametrize(
    ("name", "epochs"),
    [(f"ann{i}", 15) for i in (1, 2, 3)] + [(f"cnn{i}", 10) for i in (1, 2, 3, 4)],
)
def test_study_networks_are_trained_as_the_study_trained_them(name, epochs):
    recipe = NETWORKS[name].recipe
    assert (recipe.epochs, recipe.batch, recipe.optimizer) == (epochs, 32, "adam")
    assert (recipe.input, recipe.region, recipe.augment) == ((256, 256), None, False)
    assert (recipe.balance, recipe.warmup_epochs, recipe.best_weights) == (0.0, None, False)


@pytest.mark.parametrize(
    ("name", "outputs", "most"),
    [("compact", 2, 20), ("patches", 2, 27), ("compact", 8, 70), ("mobilenet", 8, 520)],
)
def test_the_networks_for_the_line_keep_their_budgets(name, outputs, most):
    """Twice the multiply-adds of all convolutions on a tile, in millions."""
    model = built(name, outputs)
    adds = 0
    for layer in layers_of(model, "Conv2D") + layers_of(model, "DepthwiseConv2D"):
        _, height, width, _ = layer.output.shape
        adds += height * width * int(np.prod(layer.kernel.shape))
    assert 2e-6 * adds < most


@pytest.mark.parametrize(("name", "outputs"), [("compact", 2), ("compact", 8), ("mobilenet", 8)])
def test_networks_for_the_line_have_only_what_int8_runs_whole(name, outputs):
    model = built(name, outputs)
    assert {type(layer).__name__ for layer in model.layers} == {
        "InputLayer",
        "Conv2D",
        "DepthwiseConv2D",
        "BatchNormalization",
        "ReLU",
        "GlobalMaxPooling2D",
        "GlobalAveragePooling2D",
        "Concatenate",
        "Dropout",
        "Dense",
    }
    assert {float(layer.max_value) for layer in layers_of(model, "ReLU")} == {6.0}


def test_patches_gather_fours_of_a_line_and_else_are_as_the_others():
    model = built("patches")
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("Reshape") == 1
    assert set(kinds) - {"Reshape"} == {type(layer).__name__ for layer in built("compact").layers}
    assert model.get_layer("conv1").output.shape[1:3] == (32, 50)


@pytest.mark.parametrize(("name", "outputs"), [("ann1", 2), ("compact", 8), ("patches", 2)])
def test_logits_come_out(name, outputs):
    model = built(name, outputs)
    height, width, _ = model.input_shape[1:]
    tiles = np.random.default_rng(0).random((3, height, width, 1), dtype=np.float32)
    logits = np.array(model(tiles, training=False))
    assert logits.shape == (3, outputs)
    assert not np.allclose(logits.sum(axis=1), 1)


@pytest.mark.parametrize("name", ["compact", "patches", "mobilenet"])
def test_the_last_map_and_its_weights_are_found_by_name(name):
    """Class activation maps weigh each channel's maximum first and then its mean."""
    model = built(name, 8)
    channels = model.get_layer("features").output.shape[-1]
    assert tuple(model.get_layer("logits").kernel.shape) == (2 * channels, 8)


def test_the_same_seed_gives_the_same_first_weights():
    keras = load_keras()
    weights = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        weights.append(np.array(NETWORKS["compact"].build((32, 32, 1), 2).weights[0]))
    np.testing.assert_array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])
