"""Fixtures of the benchmarks: simulated frames and the shipped bundle's cascade."""

from __future__ import annotations

import time

import pytest

from edge.bundle import Bundle, load_bundle, shipped_bundle
from edge.core.frame import Frame
from edge.simulator import StripSimulator
from edge.vision.cascade import Cascade


@pytest.fixture(scope="session")
def frames() -> list[Frame]:
    """Sixteen drawn frames of 1600×256, about half of them with defects."""
    simulator = StripSimulator(seed=11)
    return [Frame(simulator.draw(i).pixels, i, time.monotonic(), "simulated") for i in range(16)]


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    return load_bundle(shipped_bundle())


@pytest.fixture(scope="session", params=["int8", "float32"])
def cascade(request: pytest.FixtureRequest, bundle: Bundle) -> Cascade:
    return Cascade.from_bundle(bundle, precision=request.param, threads=2)
