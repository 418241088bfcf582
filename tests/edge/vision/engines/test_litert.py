"""The TFLite engine: pixels in, logits out, whatever the model's number format."""

from __future__ import annotations

import numpy as np
import pytest

from edge.core.errors import EngineError
from edge.vision.engines.base import open_engine
from edge.vision.engines.litert import LiteRTEngine

FORMATS = {
    "pixel": (np.int8, (1 / 255, -128)),
    "wide": (np.int8, (2 / 255, -128)),
    "unsigned": (np.uint8, (1 / 255, 0)),
    "float": (np.float32, (0.0, 0)),
}

PICTURE = np.full((1, 4, 6), 51, np.uint8)
F255 = np.float32(255)


class Interpreter:
    """Gives back the mean of its input and twice that, in its own number format."""

    def __init__(self, model_content, num_threads):
        dtype, quantization = FORMATS[model_content.decode()]
        self.entry = {
            "index": 0,
            "shape": np.array([1, 4, 6, 1]),
            "dtype": dtype,
            "quantization": quantization,
        }
        exact = dtype is np.float32
        self.exit = {
            "index": 1,
            "shape": np.array([1, 2]),
            "dtype": np.float32 if exact else np.int8,
            "quantization": (0.0, 0) if exact else (0.5, 3),
        }

    def allocate_tensors(self):
        pass

    def get_input_details(self):
        return [self.entry]

    def get_output_details(self):
        return [self.exit]

    def set_tensor(self, index, value):
        assert value.dtype == self.entry["dtype"] and value.shape == (1, 4, 6, 1)
        scale, zero = self.entry["quantization"]
        self.mean = value.mean() if scale == 0 else (value.astype(float) - zero).mean() * scale

    def invoke(self):
        pass

    def get_tensor(self, index):
        out = np.array([[self.mean, 2 * self.mean]])
        scale, zero = self.exit["quantization"]
        if scale == 0:
            return out.astype(np.float32)
        return np.round(out / scale + zero).astype(np.int8)


@pytest.fixture
def engine(monkeypatch):
    monkeypatch.setattr(LiteRTEngine, "_interpreter_class", staticmethod(lambda: Interpreter))
    return lambda kind: LiteRTEngine(kind.encode(), threads=1)


@pytest.fixture(params=["logits first", "map first"])
def mapped_engine(request, monkeypatch):
    class Mapped(Interpreter):
        """Has a second output of 2×3 places, of its own scale, before or after the first."""

        def get_output_details(self):
            extra = self.exit | {"index": 2, "shape": np.array([1, 2, 3, 2])}
            extra["quantization"] = (0.25, 1)
            if not self.exit["quantization"][0]:
                extra["quantization"] = (0.0, 0)
            both = [self.exit, extra]
            return both if request.param == "logits first" else both[::-1]

        def get_tensor(self, index):
            if index == 1:
                return super().get_tensor(index)
            ramp = np.arange(12.0).reshape(1, 2, 3, 2) + self.mean
            if self.exit["quantization"][0]:
                return np.round(ramp / 0.25 + 1).astype(np.int8)
            return ramp.astype(np.float32)

    monkeypatch.setattr(LiteRTEngine, "_interpreter_class", staticmethod(lambda: Mapped))
    return lambda kind: LiteRTEngine(kind.encode(), threads=1)


@pytest.mark.parametrize("kind", ["pixel", "float"])
def test_maps_are_told_from_logits_in_any_order(mapped_engine, kind):
    batch = np.stack([np.full((4, 6), level, np.uint8) for level in (0, 255)])
    logits, maps = mapped_engine(kind).run_with_maps(batch)
    np.testing.assert_array_equal(logits, mapped_engine(kind).run(batch))
    assert logits == pytest.approx(np.array([[0, 0], [1, 2]]))
    assert maps.shape == (2, 2, 3, 2)
    assert maps[0].ravel() == pytest.approx(np.arange(12.0))
    assert maps[1].ravel() == pytest.approx(np.arange(12.0) + 1)


def test_a_model_without_maps_gives_logits_alone(engine):
    batch = np.zeros((2, 4, 6), np.uint8)
    logits, maps = engine("float").run_with_maps(batch)
    assert (logits.shape, maps) == ((2, 2), None)


def test_a_model_without_outputs_is_refused(engine, monkeypatch):
    monkeypatch.setattr(Interpreter, "get_output_details", lambda self: [])
    with pytest.raises(EngineError, match="does not load: it has no output"):
        engine("float")


def test_a_model_without_logits_has_tensors_alone(engine, monkeypatch):
    exit_ = {"index": 1, "shape": np.array([2]), "dtype": np.float32, "quantization": (0.0, 0)}
    monkeypatch.setattr(Interpreter, "get_output_details", lambda self: [exit_])
    pixels = np.zeros((1, 4, 6), np.uint8)
    assert len(engine("float").run_tensors(pixels)) == 1
    with pytest.raises(EngineError, match="gives no logits"):
        engine("float").run(pixels)


@pytest.mark.parametrize("kind", ["pixel", "float"])
def test_tensors_are_every_output_in_the_files_order_undecoded(mapped_engine, kind):
    engine = mapped_engine(kind)
    assert engine.input_shape == (1, 4, 6, 1)
    tensors = engine.run_tensors(np.full((1, 4, 6), 255, np.uint8))
    by_shape = {tensor.shape: tensor for tensor in tensors}
    assert [t.shape for t in tensors] == [t.shape for t in engine.run_tensors(PICTURE)]
    assert all(t.values.dtype == (np.float32 if kind == "float" else np.int8) for t in tensors)
    assert by_shape[1, 2].decoded() == pytest.approx(np.array([[1, 2]]))
    assert by_shape[1, 2, 3, 2].decoded().ravel() == pytest.approx(np.arange(12.0) + 1)


@pytest.mark.parametrize("kind", ["pixel", "wide", "unsigned", "float"])
def test_numbers_count_as_the_pixels_they_stand_for(engine, kind):
    pixels, numbers = (engine(kind).run_tensors(x)[0] for x in (PICTURE, PICTURE[..., None] / F255))
    np.testing.assert_array_equal(numbers.values, pixels.values)


@pytest.mark.parametrize(
    "inputs",
    [
        np.zeros((2, 4, 6), np.uint8),
        np.zeros((1, 6, 4), np.uint8),
        np.zeros((1, 4, 6), np.float32),
        np.zeros((0, 4, 6, 1), np.float32),
    ],
)
def test_tensors_of_another_shape_are_refused(engine, inputs):
    with pytest.raises(EngineError, match=r"takes inputs of \(1, 4, 6, 1\)"):
        engine("float").run_tensors(inputs)


@pytest.mark.parametrize("kind", ["pixel", "wide", "unsigned", "float"])
@pytest.mark.parametrize("level", [0, 51, 255])
def test_pixels_arrive_as_fractions_in_every_number_format(engine, kind, level):
    out = engine(kind).run(np.full((3, 4, 6), level, np.uint8))
    assert out.dtype == np.float32
    exact = np.array([level / 255, 2 * level / 255])
    step = 0.0 if kind == "float" else 0.25
    coarse = 0.02 if kind == "wide" else 1e-6
    assert np.abs(out - exact).max() <= step + coarse


def test_every_region_of_the_batch_is_run(engine):
    batch = np.stack([np.full((4, 6), level, np.uint8) for level in (0, 102, 204)])
    assert engine("float").run(batch)[:, 0] == pytest.approx([0, 0.4, 0.8])


def test_no_region_gives_no_rows(engine):
    assert engine("float").run(np.empty((0, 4, 6), np.uint8)).shape == (0, 2)


def test_inputs_of_another_size_are_refused(engine):
    with pytest.raises(EngineError, match="was given"):
        engine("float").run(np.zeros((1, 6, 4), np.uint8))


def test_what_is_no_model_is_refused_with_the_reason():
    with pytest.raises(EngineError, match="does not load"):
        LiteRTEngine(b"not a model", threads=1)


def test_an_unknown_engine_names_the_known_ones():
    with pytest.raises(EngineError, match="litert"):
        open_engine(b"", name="abacus")


def test_an_engine_that_is_not_installed_says_how_to_install_it(monkeypatch):
    def missing():
        raise ModuleNotFoundError("ai_edge_litert")

    monkeypatch.setattr(LiteRTEngine, "_interpreter_class", staticmethod(missing))
    with pytest.raises(EngineError, match="pip install"):
        open_engine(b"", name="litert")


@pytest.mark.parametrize(
    ("name", "model", "words"),
    [
        ("litert", b"\x08\x08rest", r"litert reads TFLite.*is ONNX.*Choose one of: onnx"),
        ("onnx", b"\0\0\0\0TFL3", r"onnx reads ONNX.*is TFLite.*Choose one of: litert, tflite"),
    ],
)
def test_a_model_of_another_format_names_the_engines_that_read_it(name, model, words):
    with pytest.raises(EngineError, match=words):
        open_engine(model, name=name)


def test_an_engine_that_is_installed_and_broken_says_so(monkeypatch):
    def broken():
        raise ImportError("numpy.core.multiarray failed to import")

    monkeypatch.setattr(LiteRTEngine, "_interpreter_class", staticmethod(broken))
    with pytest.raises(EngineError, match=r"does not load: numpy\.core.*Install it again"):
        open_engine(b"", name="litert")
