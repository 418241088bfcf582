"""How long each form takes on the machine that exports, side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.vision.engines.base import open_engine
from export.convert.cascade_forms import StageForms
from export.convert.forms import EXACT, Rung
from export.convert.freezing import Inputs
from export.progress import ExportProgress

ROUNDS = 200
SECONDS = 12.0
"""The most that the rounds of one network take, from its second on."""

THREADS = 2


@dataclass(frozen=True, slots=True)
class Latency:
    """Of one form of one network, one input at a time.

    Attributes:
        p50: Median in milliseconds.
        p99: 99th percentile in milliseconds.
        ratio: Median of how much longer it took than float32 TFLite just before or after.
        n: Rounds.
    """

    p50: float
    p99: float
    ratio: float
    n: int


def latencies(
    forms: Mapping[Rung, bytes],
    inputs: Inputs,
    progress: ExportProgress,
    what: str,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[Rung, Latency]:
    """Run every form on the same input in turn, again and again, each round in another order.

    Taking turns lets a busy machine slow all of them alike.

    Args:
        forms: Of one network, float32 TFLite among them.
        inputs: What it is given: pictures [n, height, width] uint8, or numbers float32, of which
            as many as its batch are taken.
        progress: Shows how it goes.
        what: The network's name.
        clock: Seconds that pass, which everything is timed by.
    """
    engines = {rung: open_engine(content, threads=THREADS) for rung, content in forms.items()}
    batch = engines[EXACT].input_shape[0]
    given = inputs[:batch]
    for engine in engines.values():
        engine.run_tensors(given)
    taken: dict[Rung, list[float]] = {rung: [] for rung in engines}
    order, random = list(engines), np.random.default_rng(0)
    progress.start(f"timing {what}", ROUNDS)
    began = clock()
    for _ in range(ROUNDS):
        for i in random.permutation(len(order)):
            taken[order[i]].append(_time_once(engines[order[i]], given, clock))
        progress.advance()
        if clock() - began > SECONDS:
            break
    exact = np.array(taken[EXACT])
    return {rung: _summary(np.array(times), exact) for rung, times in taken.items()}


def stage_latencies(
    stages: Mapping[str, StageForms], rungs: Sequence[Rung], progress: ExportProgress
) -> dict[Rung, dict[str, Latency]]:
    """How long each stage's network takes in every one of the rungs, by rung and stage."""
    taken: dict[Rung, dict[str, Latency]] = {rung: {} for rung in rungs}
    for name, stage in stages.items():
        forms = {rung: stage.forms[rung] for rung in rungs}
        for rung, latency in latencies(forms, stage.inputs, progress, name).items():
            taken[rung][name] = latency
    return taken


def _time_once(engine: Any, given: Inputs, clock: Callable[[], float]) -> float:
    began = clock()
    engine.run_tensors(given)
    return 1e3 * (clock() - began)


def _summary(times: NDArray[np.float64], exact: NDArray[np.float64]) -> Latency:
    p50, p99 = np.percentile(times, [50, 99])
    return Latency(
        round(float(p50), 4),
        round(float(p99), 4),
        round(float(np.median(times / exact)), 3),
        len(times),
    )
