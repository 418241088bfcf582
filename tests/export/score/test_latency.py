"""Forms take turns, and each is held against float32 TFLite side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from export.convert.forms import (
    EXACT,
    REQUIRED,
    Rung,
)
from export.score import latency as module
from export.score.latency import ROUNDS, latencies
from tests.edge.clock import FakeClock
from tests.export.toy import Silent

SECONDS = {b"exact": 0.002, b"slow": 0.02}


class Sleeper:
    """An engine that takes as long as its file says."""

    input_shape = (1, 4, 4, 1)

    def __init__(self, content: bytes, clock: FakeClock) -> None:
        self.content = content
        self.clock = clock

    def run_tensors(self, given: Any) -> None:
        self.clock.sleep(SECONDS[self.content])


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """Moved by what the engines do."""
    clock = FakeClock()
    monkeypatch.setattr(module, "open_engine", lambda content, threads: Sleeper(content, clock))
    return clock


def test_ratios_are_of_the_same_round(clock: FakeClock) -> None:
    forms: dict[Rung, bytes] = {EXACT: b"exact", REQUIRED: b"slow"}
    pictures = np.zeros((3, 4, 4), np.uint8)
    found = latencies(forms, pictures, Silent(), "gate", clock=clock)
    assert found[EXACT].ratio == 1.0
    assert found[REQUIRED].ratio == pytest.approx(10.0)
    assert found[EXACT].p50 == pytest.approx(2.0) and found[REQUIRED].p99 == pytest.approx(20.0)
    assert found[REQUIRED].n == ROUNDS


def test_slow_forms_do_not_take_for_ever(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.1)
    forms: dict[Rung, bytes] = {EXACT: b"exact", REQUIRED: b"slow"}
    found = latencies(forms, np.zeros((1, 4, 4), np.uint8), Silent(), "gate", clock=clock)
    assert found[REQUIRED].n == 5  # of 22 ms each
