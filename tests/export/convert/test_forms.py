"""Every rung: it converts, loads in its engine, and computes nearly what Keras computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edge.core.errors import EngineError
from edge.vision.engines.base import open_engine
from export.convert.forms import (
    DEFAULT,
    EXACT,
    LADDER,
    NAMED,
    REQUIRED,
    Rung,
    chosen_rungs,
    convert_rung,
)
from export.convert.parity import largest_difference
from export.convert.quantization import PLAIN, Quantization
from tests.export.networks import INPUTS, convolutional, dense

ALLOWED = {
    "float32": 1e-5,
    "float16": 2e-3,
    "dynamic": 0.05,
    "int16x8": 0.05,
    "int8": 0.05,
    "int8-s8s8": 0.05,
}


@pytest.fixture(scope="module")
def network() -> Any:
    return convolutional()


@pytest.mark.parametrize("rung", [rung for rung in LADDER if rung.name != "onnx-dynamic"], ids=str)
def test_a_rung_computes_nearly_what_keras_computes(network: Any, rung: Rung) -> None:
    content = convert_rung(rung, network, INPUTS, PLAIN)
    assert largest_difference(network, content, INPUTS) < ALLOWED[rung.precision]
    assert convert_rung(rung, network, INPUTS, PLAIN) == content


def test_dynamic_onnx_is_for_dense_networks(network: Any) -> None:
    rung = Rung("onnx", "dynamic")
    with pytest.raises(EngineError, match="very slow on convolutions"):
        convert_rung(rung, network, INPUTS, PLAIN)
    flat = dense()
    content = convert_rung(rung, flat, INPUTS, PLAIN)
    assert largest_difference(flat, content, INPUTS) < 0.05
    assert len(content) < 0.4 * len(convert_rung(Rung("onnx", "float32"), flat, INPUTS, PLAIN))


def test_signed_bytes_take_the_pixel_minus_128(network: Any) -> None:
    engine = open_engine(convert_rung(NAMED["onnx-int8-s8s8"], network, INPUTS, PLAIN))
    picture = INPUTS[:1]
    pixels = engine.run_tensors(picture)[0]
    numbers = engine.run_tensors(picture[..., None] / np.float32(255))[0]
    assert pixels.values.dtype == np.int8
    np.testing.assert_array_equal(pixels.values, numbers.values)


@pytest.mark.parametrize("format_", ["tflite", "onnx"])
def test_other_ranges_leave_pixels_as_they_are(
    network: Any, format_: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    quantization = Quantization("percentile")
    content = convert_rung(Rung(format_, "int8"), network, INPUTS, quantization)
    assert largest_difference(network, content, INPUTS) < 0.3
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("format_", ["tflite", "onnx"])
@pytest.mark.parametrize("kept", ["first", "second", "logits"])
def test_a_layer_stays_in_float(network: Any, format_: Any, kept: str) -> None:
    rung = Rung(format_, "int8")
    plain = convert_rung(rung, network, INPUTS, PLAIN)
    mixed = convert_rung(rung, network, INPUTS, Quantization(kept=(kept,)))
    assert mixed != plain
    assert largest_difference(network, mixed, INPUTS) < ALLOWED["int8"]


def test_a_layer_that_int8_ruins_is_saved_in_float() -> None:
    network = convolutional(wild=True)
    plain = convert_rung(REQUIRED, network, INPUTS, PLAIN)
    mixed = convert_rung(REQUIRED, network, INPUTS, Quantization(kept=("second", "mean", "logits")))
    before, after = (largest_difference(network, c, INPUTS) for c in (plain, mixed))
    assert after < before / 3


@pytest.mark.parametrize(
    ("names", "rungs"),
    [
        ((), set(DEFAULT)),
        (("tflite-float16",), {*DEFAULT, Rung("tflite", "float16")}),
        (("all",), set(LADDER)),
    ],
)
def test_which_rungs_are_made(names: tuple[str, ...], rungs: set[Rung]) -> None:
    chosen = chosen_rungs(names)
    assert set(chosen) == rungs
    assert list(chosen) == [rung for rung in LADDER if rung in rungs]
    assert chosen[0] == EXACT
