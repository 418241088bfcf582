"""Which layer adds most of what int8 loses."""

from __future__ import annotations

import pytest

from export.convert.forms import EXACT, REQUIRED, convert_rung
from export.convert.quantization import (
    PLAIN,
    Quantization,
    layer_of,
    layers_of,
)
from export.score.layer_noise import (
    LayerError,
    noisiest_layer_text,
    noisiest_layers,
    trace,
)
from tests.export.networks import INPUTS, convolutional


def traced(*, wild: bool, kept: tuple[str, ...] = ()) -> list[LayerError]:
    network = convolutional(wild=wild)
    exact = convert_rung(EXACT, network, INPUTS, PLAIN)
    small = convert_rung(REQUIRED, network, INPUTS, Quantization(kept=kept))
    return trace(exact, small, INPUTS[:8], layers_of(network))


def test_every_layer_is_named_by_what_has_weights() -> None:
    errors = traced(wild=False)
    assert [error.layer for error in errors] == ["first", "second", "mean", "logits"]
    assert all(0 < error.sqnr_db <= 100 for error in errors)
    assert sum(error.share for error in errors) == pytest.approx(1.0)


def test_a_layer_with_wild_weights_is_to_blame() -> None:
    errors = traced(wild=True)
    whole = {error.layer: error.share for error in errors}
    assert whole["second"] > 0.7
    assert noisiest_layer_text(errors).startswith("the noisiest layer is second, which adds ")


def test_a_layer_in_float_adds_nothing() -> None:
    errors = {error.layer: error for error in traced(wild=False, kept=("first",))}
    assert errors["first"].sqnr_db > 60
    assert errors["first"].share < 0.01


@pytest.mark.parametrize(
    ("shares", "chosen"),
    [
        ([0.6, 0.3, 0.1], [0]),
        ([0.2, 0.3, 0.5], [2]),
        ([0.25, 0.25, 0.25, 0.25], [0, 1]),
        ([0.1] * 10, [0, 1, 2]),
        ([], []),
    ],
)
def test_the_guilty_add_half_of_the_noise(shares: list[float], chosen: list[int]) -> None:
    errors = [LayerError(str(i), 30.0, share) for i, share in enumerate(shares)]
    assert [int(error.layer) for error in noisiest_layers(errors)] == chosen


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("net_1/conv_1/convolution;net_1/conv_bn_1/sub", "conv"),
        ("net_1/conv_bn_1/batchnorm/add_1", "conv"),
        ("net/pool/Mean", "pool"),
        ("Identity", None),
        ("net_1/convolution", None),
    ],
)
def test_the_layer_of_a_tensor(name: str, layer: str | None) -> None:
    layers = {"conv": "conv", "conv_bn": "conv", "pool": "pool"}
    assert layer_of([name], layers) == layer
