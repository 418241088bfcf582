"""The engines that read ONNX: pixels in, numbers out, in floats and in bytes."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from edge.core.errors import EngineError
from edge.vision.engines.base import open_engine
from edge.vision.engines.onnx import QUANTIZATION, OnnxEngine
from edge.vision.engines.openvino import OpenVinoEngine

onnx = pytest.importorskip("onnx")

pytestmark = pytest.mark.openvino

FLOAT, UINT8 = 1, 2


@pytest.fixture(
    params=[(OnnxEngine, "onnxruntime"), (OpenVinoEngine, "openvino")],
    ids=["onnxruntime", "openvino"],
)
def engine_class(request):
    kind, package = request.param
    pytest.importorskip(package)
    return kind


PICTURE = np.arange(24, dtype=np.uint8).reshape(1, 4, 6)


def model(nodes, inputs, outputs, props=None) -> bytes:
    ports = [
        [onnx.helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in side]
        for side in (inputs, outputs)
    ]
    graph = onnx.helper.make_graph(nodes, "toy", *ports)
    opset = [onnx.helper.make_opsetid("", 17)]
    made = onnx.helper.make_model(graph, opset_imports=opset, ir_version=8)
    onnx.helper.set_model_props(made, {QUANTIZATION: json.dumps(props)} if props else {})
    return made.SerializeToString()


FRAME = ("frame", FLOAT, [1, 4, 6, 1])
LOGITS, MAP = ("logits", FLOAT, [1, 1]), ("map", FLOAT, [1, 4, 6, 1])


def floats(outputs) -> bytes:
    """Gives the mean over the picture as logits, and twice the picture as a map."""
    node = onnx.helper.make_node
    nodes = [
        node("ReduceMean", ["frame"], ["mean"], axes=[1, 2], keepdims=0),
        node("Identity", ["mean"], ["logits"]),
        node("Add", ["frame", "frame"], ["map"]),
    ]
    return model(nodes, [FRAME], outputs)


def bytes_(props) -> bytes:
    """Gives the picture's bytes as they are."""
    nodes = [onnx.helper.make_node("Identity", ["frame"], ["map"])]
    return model(nodes, [("frame", UINT8, [1, 4, 6, 1])], [("map", UINT8, [1, 4, 6, 1])], props)


@pytest.mark.parametrize("outputs", [[LOGITS, MAP], [MAP, LOGITS]])
def test_maps_are_told_from_logits_in_any_order(outputs, engine_class):
    batch = np.concatenate([PICTURE, 10 * PICTURE])
    engine = open_engine(floats(outputs), name=engine_class.name)
    assert (engine.name, engine.input_shape) == (engine_class.name, (1, 4, 6, 1))
    logits, maps = engine.run_with_maps(batch)
    np.testing.assert_array_equal(logits, engine.run(batch))
    assert logits == pytest.approx(batch.mean(axis=(1, 2))[:, None] / 255)
    assert maps[..., 0] == pytest.approx(2.0 * batch / 255, abs=1e-6)


def test_a_model_without_maps_gives_logits_alone(engine_class):
    logits, maps = engine_class(floats([LOGITS])).run_with_maps(PICTURE)
    assert (logits.shape, maps) == ((1, 1), None)


def test_bytes_go_in_as_pixels_and_come_out_with_their_meaning(engine_class):
    engine = engine_class(bytes_({"frame": [1 / 255, 0], "map": [0.5, 4]}))
    (tensor,) = engine.run_tensors(PICTURE)
    assert tensor.values.dtype == np.uint8
    np.testing.assert_array_equal(tensor.values[..., 0], PICTURE)
    np.testing.assert_array_equal(tensor.decoded()[..., 0], (PICTURE - 4.0) * 0.5)
    (same,) = engine.run_tensors(PICTURE[..., None] / np.float32(255))
    np.testing.assert_array_equal(same.values, tensor.values)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "does not load"),
        (b"not a model", "does not load"),
        (b"\x08\x08\x12", "does not load"),
    ],
)
def test_what_is_no_model_is_refused_with_the_reason(content, words, engine_class):
    with pytest.raises(EngineError, match=words):
        engine_class(content)


def test_models_that_the_engine_has_no_use_for_are_refused(engine_class):
    node = onnx.helper.make_node
    loose = ("frame", FLOAT, ["n", 4, 6, 1])
    wide = ("frame", 11, [1, 4, 6, 1])
    other = ("other", FLOAT, [1, 4, 6, 1])
    same, both = node("Identity", ["frame"], ["map"]), node("Add", ["frame", "other"], ["map"])
    double = model([same], [wide], [("map", 11, [1, 4, 6, 1])])
    for content, words in (
        (model([same], [loose], [MAP]), "frame is of no fixed shape"),
        (double, r"frame is a (tensor\(double\)|float64)"),
        (model([both], [FRAME, other], [MAP]), "more than one input"),
        (bytes_(None), "does not load"),
    ):
        with pytest.raises(EngineError, match=words):
            engine_class(content)


@pytest.mark.parametrize("shape", [(2, 4, 6), (1, 6, 4)])
def test_inputs_of_another_shape_are_refused(shape, engine_class):
    engine = engine_class(floats([LOGITS]))
    with pytest.raises(EngineError, match="was given"):
        engine.run_tensors(np.zeros(shape, np.uint8))
    with pytest.raises(EngineError, match="was given"):
        engine.run(np.zeros((1, 6, 4), np.uint8))


def test_engines_that_are_not_installed_say_how_to_install_them(monkeypatch):
    content = floats([LOGITS])
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(EngineError, match=r"openvino is not installed.*'millsight\[openvino\]'"):
        open_engine(content, name="openvino")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(EngineError, match=r"onnx is not installed.*'millsight\[onnx\]'"):
        open_engine(content)
