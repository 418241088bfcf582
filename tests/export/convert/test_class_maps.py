"""Class activation maps: what they say, which networks have them, and what they cost in TFLite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from rich.console import Console

from edge.vision.engines.base import open_engine
from export.convert.cascade_forms import convert_stage
from export.convert.class_maps import with_map
from export.convert.parity import CONVERSION_TOLERANCE, largest_difference
from export.convert.tflite import convert, quantize
from export.progress import ExportProgress
from tests.train.tiny import REGION
from train.backend import load_keras
from train.data import open_data
from train.networks import NETWORKS
from train.regions.finished import Run, read_run

INPUTS = np.random.default_rng(0).integers(0, 256, (24, 32, 48), dtype=np.uint8)
OUTPUTS = 3


def network(
    outputs: int = OUTPUTS, shape: tuple[int, int, int] = (32, 48, 1), pools: str = "both"
) -> Any:
    """An untrained ``keras.Model`` with layers of the names that maps are made from."""
    keras = load_keras()
    keras.utils.set_random_seed(3)
    layers = keras.layers
    inputs = keras.Input(shape)
    x = layers.Conv2D(6, 3, strides=2, padding="same")(inputs)
    x = layers.Conv2D(8, 3, strides=2, padding="same")(x)
    x = layers.ReLU(max_value=6.0, name="features")(x)
    greatest, mean = layers.GlobalMaxPooling2D()(x), layers.GlobalAveragePooling2D()(x)
    x = layers.Concatenate()([greatest, mean]) if pools == "both" else greatest
    return keras.Model(inputs, layers.Dense(outputs, name="logits")(x))


def scaled(inputs: np.ndarray) -> np.ndarray:
    return (inputs / np.float32(255))[..., None]


def test_of_the_mean_the_map_adds_up_to_the_logit() -> None:
    model = network()
    kernel, bias = model.get_layer("logits").get_weights()
    kernel[:8] = 0.0
    model.get_layer("logits").set_weights([kernel, bias])
    logits, maps = with_map(model).predict_on_batch(scaled(INPUTS))
    assert maps.shape == (24, 8, 12, OUTPUTS)
    np.testing.assert_allclose(maps.sum(axis=(1, 2)) + bias, logits, atol=1e-5)


def test_of_the_maximum_the_strongest_place_has_the_whole_logit() -> None:
    model = network()
    kernel, bias = np.zeros((16, OUTPUTS), np.float32), np.zeros(OUTPUTS, np.float32)
    kernel[2, 1] = 3.0
    model.get_layer("logits").set_weights([kernel, bias])
    logits, maps = with_map(model).predict_on_batch(scaled(INPUTS))
    np.testing.assert_allclose(maps.max(axis=(1, 2))[:, 1], logits[:, 1], atol=1e-5)
    assert not maps[..., [0, 2]].any()


@pytest.mark.parametrize("name", ["ann1", "cnn1"])
def test_the_studys_networks_have_no_maps(name: str) -> None:
    model = NETWORKS[name].build((64, 64, 1), OUTPUTS)
    assert with_map(model) is model


def test_a_head_of_another_kind_has_no_maps() -> None:
    model = network(pools="maximum")
    assert with_map(model) is model


@pytest.fixture(scope="module")
def forms() -> dict[str, tuple[bytes, bytes]]:
    """TFLite without and with a map, by precision."""
    model = network()
    mapped = with_map(model)
    return {
        "float32": (convert(model), convert(mapped)),
        "int8": (quantize(model, INPUTS), quantize(mapped, INPUTS)),
    }


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_tflite_gives_the_same_logits_and_the_map_beside_them(
    forms: dict[str, tuple[bytes, bytes]], precision: str
) -> None:
    plain, mapped = forms[precision]
    logits, maps = open_engine(mapped).run_with_maps(INPUTS)
    np.testing.assert_array_equal(logits, open_engine(plain).run(INPUTS))
    wanted = with_map(network()).predict_on_batch(scaled(INPUTS))[1]
    assert maps is not None and maps.shape == wanted.shape
    near = CONVERSION_TOLERANCE if precision == "float32" else 0.05
    assert np.abs(maps - wanted).max() < near * np.ptp(wanted)
    assert open_engine(plain).run_with_maps(INPUTS)[1] is None


def test_the_check_of_a_conversion_looks_at_logits(forms: dict[str, tuple[bytes, bytes]]) -> None:
    assert largest_difference(network(), forms["float32"][1], INPUTS) < CONVERSION_TOLERANCE


def test_int8_stays_whole_and_grows_by_one_convolution(
    forms: dict[str, tuple[bytes, bytes]],
) -> None:
    kinds = []
    for content in forms["int8"]:
        interpreter = Interpreter(model_content=content)
        details = interpreter.get_tensor_details()
        assert {np.dtype(d["dtype"]) for d in details} <= {np.dtype(np.int8), np.dtype(np.int32)}
        kinds.append(sorted(op["op_name"] for op in interpreter._get_ops_details()))
    plain, mapped = ([kind for kind in k if kind != "DELEGATE"] for k in kinds)
    assert sorted([*plain, "CONV_2D"]) == mapped


@pytest.mark.parametrize(("task", "has_maps"), [("binary", False), ("multiclass", True)])
def test_classifiers_are_exported_with_maps_and_the_gate_without(
    strips: Path,
    runs: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    task: str,
    has_maps: bool,
) -> None:
    run = read_run(runs[task])
    shape = (REGION[1], REGION[0], 1)
    monkeypatch.setattr(Run, "load", lambda self: network(len(self.card.outputs), shape))
    with ExportProgress(Console(stderr=True, quiet=True)) as progress:
        stage = convert_stage(run, open_data(strips), progress)
    for content in stage.forms.values():
        maps = open_engine(content).run_with_maps(np.zeros((1, *shape[:2]), np.uint8))[1]
        assert (maps is not None) is has_maps
