"""Conversion: the same numbers in float32, nearly the same in int8, pixels in as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from edge.core.errors import EngineError
from edge.vision.engines.base import open_engine
from export.convert import tflite
from export.convert.parity import CONVERSION_TOLERANCE, largest_difference
from export.convert.tflite import convert, quantize
from train.backend import load_keras
from train.networks import NETWORKS

INPUTS = np.random.default_rng(0).integers(90, 160, (24, 64, 64), dtype=np.uint8)
"""Neither black nor white is among them, as in many mills."""


@pytest.fixture(scope="module", params=["compact", "ann1"])
def network(request: pytest.FixtureRequest) -> Any:
    keras = load_keras()
    keras.utils.set_random_seed(1)
    return NETWORKS[request.param].build((64, 64, 1), 3)


@pytest.fixture(scope="module")
def whole(network: Any) -> bytes:
    return convert(network)


@pytest.fixture(scope="module")
def quantized(network: Any) -> bytes:
    before = INPUTS.copy()
    content = quantize(network, INPUTS)
    np.testing.assert_array_equal(INPUTS, before)
    return content


def details(content: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    interpreter = Interpreter(model_content=content)
    return interpreter.get_input_details()[0], interpreter.get_output_details()[0]


def test_float32_gives_what_keras_gives(network: Any, whole: bytes) -> None:
    entry, exit_ = details(whole)
    assert entry["shape"].tolist() == [1, 64, 64, 1]
    assert exit_["shape"].tolist() == [1, 3]
    assert largest_difference(network, whole, INPUTS) < CONVERSION_TOLERANCE / 10


def test_int8_takes_the_pixel_minus_128(whole: bytes, quantized: bytes) -> None:
    entry, exit_ = details(quantized)
    assert entry["dtype"] == exit_["dtype"] == np.int8
    scale, zero_point = entry["quantization"]
    assert (scale, zero_point) == (pytest.approx(1 / 255, abs=1e-9), -128)
    assert len(quantized) < 0.55 * len(whole)
    exact, small = (open_engine(content).run(INPUTS) for content in (whole, quantized))
    step = exit_["quantization"][0]
    assert np.abs(small - exact).max() < max(8 * step, 0.1 * np.ptp(exact))


def test_the_same_network_gives_the_same_bytes(
    network: Any, whole: bytes, quantized: bytes
) -> None:
    assert convert(network) == whole
    assert quantize(network, INPUTS) == quantized


def test_an_input_at_another_scale_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tflite, "with_full_range", lambda inputs: inputs)
    network = NETWORKS["ann1"].build((64, 64, 1), 2)
    with pytest.raises(EngineError, match=r"scale .* not the pixel minus 128"):
        quantize(network, INPUTS)
