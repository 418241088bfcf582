"""Conversion to ONNX: the same numbers in float32, nearly the same in bytes, pixels as they are."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from edge.core.errors import EngineError, MissingExtraError
from edge.vision.engines.base import open_engine
from export.convert import onnx, tflite
from export.convert.parity import largest_difference
from train.backend import load_keras

INPUTS = np.random.default_rng(0).integers(90, 160, (24, 64, 64), dtype=np.uint8)
"""Neither black nor white is among them, as in many mills."""

ROIS = np.random.default_rng(1).random((20, 4, 4, 3), dtype=np.float32) * 6
ROI_SHAPE = (16, 4, 4, 3)


@pytest.fixture(scope="module")
def network() -> Any:
    """Of pictures, with logits and a map."""
    keras = load_keras()
    keras.utils.set_random_seed(1)
    inputs = keras.Input((64, 64, 1))
    x = keras.layers.Conv2D(8, 3, strides=4, padding="same")(inputs)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.ReLU(max_value=6.0)(x)
    x = keras.layers.DepthwiseConv2D(3, padding="same")(x)
    maps = keras.layers.Conv2D(3, 1)(x)
    logits = keras.layers.Dense(3)(keras.layers.GlobalMaxPooling2D()(x))
    return keras.Model(inputs, [logits, maps])


@pytest.fixture(scope="module")
def head() -> Any:
    keras = load_keras()
    keras.utils.set_random_seed(2)
    inputs = keras.Input((4, 4, 3))
    x = keras.layers.Dense(8, activation="relu6")(keras.layers.Flatten()(inputs))
    return keras.Model(inputs, keras.layers.Dense(7)(x))


@pytest.fixture(scope="module")
def quantized(network: Any) -> bytes:
    before = INPUTS.copy()
    content = onnx.quantize(network, INPUTS)
    np.testing.assert_array_equal(INPUTS, before)
    return content


def test_keras_tflite_and_onnx_agree_in_float(network: Any) -> None:
    contents = [converter.convert(network) for converter in (tflite, onnx)]
    assert all(largest_difference(network, content, INPUTS[:4]) < 1e-4 for content in contents)
    (small, their_maps), (large, maps) = (open_engine(c).run_with_maps(INPUTS) for c in contents)
    np.testing.assert_allclose(small, large, atol=1e-4)
    np.testing.assert_allclose(their_maps, maps, atol=1e-4)


def test_bytes_come_near_the_floats(network: Any, quantized: bytes) -> None:
    engine = open_engine(quantized)
    tensors = engine.run_tensors(INPUTS[:1])
    assert [t.values.dtype for t in tensors] == [np.uint8, np.uint8]
    exact, small = (open_engine(c).run(INPUTS) for c in (onnx.convert(network), quantized))
    step = max(t.scale for t in tensors)
    assert np.abs(small - exact).max() < max(8 * step, 0.1 * np.ptp(exact))


@pytest.mark.parametrize("level", [0, 51, 255])
def test_the_byte_that_goes_in_is_the_pixel(quantized: bytes, level: int) -> None:
    engine = open_engine(quantized)
    picture = np.full((1, 64, 64), level, np.uint8)
    pixels = engine.run_tensors(picture)[0]
    numbers = engine.run_tensors(picture[..., None] / np.float32(255))[0]
    np.testing.assert_array_equal(pixels.values, numbers.values)


@pytest.mark.parametrize("converter", [tflite, onnx])
def test_a_network_of_numbers_runs_in_its_batch(head: Any, converter: Any) -> None:
    whole = converter.convert(head, ROI_SHAPE)
    assert largest_difference(head, whole, ROIS) < 1e-4
    small = converter.quantize(head, ROIS, ROI_SHAPE)
    engines = [open_engine(content) for content in (whole, small)]
    assert [engine.input_shape for engine in engines] == [ROI_SHAPE] * 2
    exact, near = (engine.run_tensors(ROIS[:16])[0] for engine in engines)
    assert near.values.dtype in {np.dtype(np.int8), np.dtype(np.uint8)}
    assert np.abs(near.decoded() - exact.decoded()).max() < 4 * near.scale


def test_the_same_network_gives_the_same_bytes(network: Any, quantized: bytes) -> None:
    assert onnx.convert(network) == onnx.convert(network)
    assert onnx.quantize(network, INPUTS) == quantized


def test_the_byte_is_the_pixel_whatever_it_is_calibrated_on(
    network: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx, "with_full_range", lambda inputs: inputs)
    engine: Any = open_engine(onnx.quantize(network, INPUTS))
    entry = engine._entry
    assert (entry.dtype, entry.zero) == (np.uint8, 0)
    assert entry.scale == pytest.approx(1 / 255, abs=1e-7)


def test_an_input_that_stays_float_is_refused() -> None:
    keras = load_keras()
    inputs = keras.Input((64, 64, 1))
    x = keras.layers.Flatten()(keras.ops.sin(inputs))
    network = keras.Model(inputs, keras.layers.Dense(2)(x))
    with pytest.raises(EngineError, match=r"scale 0, .* not the pixel"):
        onnx.quantize(network, INPUTS)


def test_a_missing_converter_names_its_extra(head: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(MissingExtraError, match=r"tf2onnx.*'millsight\[export\]'"):
        onnx.convert(head, ROI_SHAPE)
