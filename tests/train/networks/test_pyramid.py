from __future__ import annotations

import numpy as np
import pytest

from edge.core.errors import TrainingError
from edge.vision.instances.anchors import Anchors
from train.backend import load_keras
from train.networks import NETWORKS
from train.networks.pyramid import PRIOR, TRUNKS, build_pyramid
from train.regions.first_weights import read_weights, start_from

ANCHORS = Anchors((((8.0, 8.0),), ((16.0, 16.0), (8.0, 40.0)), ((32.0, 32.0),) * 3))
WINDOW = np.random.default_rng(0).random((1, 32, 64, 1), dtype=np.float32)


@pytest.fixture(scope="module")
def pyramid():
    return build_pyramid(ANCHORS)


def test_nine_maps_come_out_fine_to_coarse_for_a_window_of_any_size(pyramid):
    shapes = [tuple(m.shape[1:]) for m in pyramid.predict_on_batch(WINDOW)]
    cells = [(8, 16), (4, 8), (2, 4)]
    channels = [(48, 48, 48), (1, 2, 3), (4, 8, 12)]
    assert shapes == [(*c, n) for triple in channels for c, n in zip(cells, triple, strict=True)]


def test_features_lie_where_int8_can_hold_them(pyramid):
    for features in pyramid.predict_on_batch(WINDOW)[:3]:
        assert features.min() >= 0
        assert features.max() <= 6


def test_an_untrained_network_finds_every_anchor_unlikely(pyramid):
    for objectness in pyramid.predict_on_batch(WINDOW)[3:6]:
        np.testing.assert_allclose(1 / (1 + np.exp(-objectness)), PRIOR, rtol=0.5)


def test_a_window_is_fixed_for_export():
    assert build_pyramid(ANCHORS, window=(64, 32)).input_shape == (None, 32, 64, 1)


@pytest.mark.parametrize("trunk", list(TRUNKS))
def test_the_trunk_is_filled_from_a_classifier_of_its_kind(trunk, tmp_path):
    load_keras().utils.set_random_seed(0)
    classifier = NETWORKS[trunk].build((32, 32, 1), 3)
    classifier.save(tmp_path / "model.keras")
    pyramid = build_pyramid(ANCHORS, trunk=trunk)
    taken = start_from(pyramid, read_weights(tmp_path / "model.keras"))
    blocks = len(TRUNKS[trunk].blocks)
    assert taken == 5 * (1 + 2 * blocks)
    last = f"conv_pw_{blocks}"
    np.testing.assert_array_equal(
        np.array(pyramid.get_layer(last).kernel), np.array(classifier.get_layer(last).kernel)
    )


def test_only_what_int8_runs_whole(pyramid):
    assert {type(layer).__name__ for layer in pyramid.layers} == {
        "InputLayer",
        "Conv2D",
        "DepthwiseConv2D",
        "BatchNormalization",
        "ReLU",
        "UpSampling2D",
        "Add",
    }
    upsampling = [x for x in pyramid.layers if type(x).__name__ == "UpSampling2D"]
    assert {layer.interpolation for layer in upsampling} == {"bilinear"}


@pytest.mark.parametrize(
    ("anchors", "trunk", "says"),
    [
        (ANCHORS, "resnet", "no trunk"),
        (
            Anchors((((8.0, 8.0),) * 12, ((9.0, 9.0),), ((9.0, 9.0),))),
            "compact",
            "cannot be told from features",
        ),
    ],
)
def test_what_cannot_be_built_is_said(anchors, trunk, says):
    with pytest.raises(TrainingError, match=says):
        build_pyramid(anchors, trunk=trunk)
