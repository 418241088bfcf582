import numpy as np
import pytest

from edge.core.errors import EngineError
from train.backend import load_keras
from train.keras_engine import KerasEngine


def doubled_and_summed():
    keras = load_keras()
    inputs = keras.Input((4, 6, 1))
    summed = keras.layers.GlobalAveragePooling2D()(inputs)
    return keras.Model(inputs, [inputs * 2, summed])


def test_a_keras_network_runs_as_an_engine():
    engine = KerasEngine(doubled_and_summed(), (1, 4, 6, 1))
    pixels = np.full((1, 4, 6), 51, np.uint8)
    doubled, mean = engine.run_tensors(pixels)
    assert doubled.shape == (1, 4, 6, 1)
    np.testing.assert_allclose(doubled.decoded(), 0.4, rtol=1e-6)
    np.testing.assert_allclose(mean.decoded(), [[0.2]], rtol=1e-6)
    again, _ = engine.run_tensors(np.full((1, 4, 6, 1), 0.2, np.float32))
    np.testing.assert_allclose(again.decoded(), doubled.decoded(), rtol=1e-6)
    np.testing.assert_allclose(engine.run(pixels)[0, 0, 0], 0.4, rtol=1e-6)
    with pytest.raises(EngineError, match="are given to"):
        engine.run_tensors(np.zeros((1, 6, 4), np.uint8))


def test_without_a_shape_it_takes_one_picture_of_the_model_s_size():
    assert KerasEngine(doubled_and_summed()).input_shape == (1, 4, 6, 1)
