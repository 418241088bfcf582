"""Each model of the shipped bundle on all the regions of a frame."""

from __future__ import annotations

import pytest

from edge.vision.preprocess import network_input


@pytest.mark.parametrize("stage", ["gate", "classifier"])
def test_model(benchmark, cascade, frames, stage):
    model = getattr(cascade.networks, stage)
    inputs = network_input(frames[0].pixels, model.geometry)
    benchmark(model.probabilities, inputs)
