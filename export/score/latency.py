"""Latency of each form on the exporting machine, measured side by side."""

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
"""Time limit of one network's rounds after the first."""

THREADS = 2


@dataclass(frozen=True, slots=True)
class Latency:
    """Latency of one form of one network, per call.

    Attributes:
        p50: Median in milliseconds.
        p99: 99th percentile in milliseconds.
        ratio: Median ratio to float32 TFLite in the same round.
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
    """Time every form on the same input in turn, in rounds with a different order each.

    Alternating forms makes other load on the machine affect all of them alike.

    Args:
        forms: Files of one network, including float32 TFLite.
        inputs: Pictures [n, height, width] uint8, or values float32, of which one batch is used.
        progress: Receives progress.
        what: Name of the network.
        clock: Clock in seconds.
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
    """Latency of each stage's network in every form, by form and stage."""
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
