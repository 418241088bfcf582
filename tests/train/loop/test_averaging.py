from __future__ import annotations

import numpy as np
import pytest

from train.loop.averaging import EVERY, Average


class Variable:
    def __init__(self, value):
        self.value = np.array(value)
        self.shape = self.value.shape

    def __array__(self, dtype=None, copy=None):
        return self.value.copy()

    def assign(self, value):
        self.value = np.array(value)


class Model:
    def __init__(self, *values):
        self.variables = [Variable(v) for v in values]


def walked(decay, steps, *, kept=()):
    """A weight that is 1 after the first step and stays there, averaged."""
    model = Model(np.float32(0.0), np.uint32(7))
    average = Average(model, decay, list(kept), steps=100_000 if kept else 0)
    model.variables[0].assign(np.float32(1.0))
    model.variables[1].assign(np.uint32(9))
    for _ in range(steps):
        average.update()
    return model, average


@pytest.mark.parametrize("updates", [1, 2, 50])
def test_an_average_forgets_by_its_decay(updates):
    _, average = walked(0.9, updates * EVERY, kept=[np.float32(0.0), np.uint32(7)])
    assert average.values[0] == pytest.approx(1 - 0.9 ** (updates * EVERY), rel=1e-5)


def test_the_first_weights_are_soon_forgotten():
    _, average = walked(0.999, EVERY)
    assert average.values[0] == pytest.approx(0.9)


def test_what_is_no_weight_is_taken_as_it_is():
    _, average = walked(0.9, EVERY)
    assert average.values[1] == 9


def test_swapped_twice_all_is_as_it_was():
    model, average = walked(0.9, EVERY)
    mean = float(average.values[0])
    average.swap()
    assert float(model.variables[0].value) == pytest.approx(mean)
    average.swap()
    assert float(model.variables[0].value) == 1.0
    assert float(average.values[0]) == pytest.approx(mean)


def test_without_decay_nothing_is_kept_or_changed():
    model, average = walked(0.0, EVERY)
    average.swap()
    assert average.values == []
    assert float(model.variables[0].value) == 1.0


def test_an_average_goes_on_from_where_it_was():
    _, average = walked(0.9, EVERY, kept=[np.float32(0.5), np.uint32(7)])
    assert average.values[0] == pytest.approx(1 - 0.5 * 0.9**EVERY, rel=1e-5)
