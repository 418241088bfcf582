"""Latency of a bundle's models and cascade on this device."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge import __version__
from edge.bundle import Bundle
from edge.cascade import Cascade
from edge.errors import ImageError
from edge.footprint import peak_mib
from edge.frame import Frame, Pixels
from edge.inspection import Level
from edge.preprocess import network_input
from edge.simulator import StripSimulator

_WARM_UP = 10
_DRAWN = 24
"""Frames drawn for the measurement; they are inspected in turn."""


def measure(
    bundle: Bundle,
    *,
    engine: str | None = None,
    precision: str = "int8",
    threads: int = 2,
    frames: int = 300,
    size: tuple[int, int] = (256, 1600),
) -> dict[str, Any]:
    """Time each model on a whole frame's regions, and the cascade from Frame to Inspection.

    Args:
        bundle: Whose models.
        engine: Engine name; None takes the first installed.
        precision: Which of the bundle's models.
        threads: Threads for each model.
        frames: Frames measured.
        size: Lines and columns of a frame.

    Returns:
        ``machine``, ``models``, ``cascade`` (with ``preprocess_share``) and
        ``cascade_all_regions``, where the gate lets every region through.
    """
    cascade = Cascade.from_bundle(bundle, engine=engine, precision=precision, threads=threads)
    pictures = _pictures(size)
    models = []
    for name, stage in (("gate", cascade.gate), ("classifier", cascade.classifier)):
        if stage is None:
            continue
        inputs = [network_input(picture, stage.geometry) for picture in pictures]
        times = _times(stage.probabilities, inputs, frames)
        models.append(
            {
                "model": name,
                "engine": stage.engine.name,
                "precision": precision,
                "threads": threads,
                "regions": len(inputs[0]),
                **_percentiles(times),
                "peak_mib": peak_mib(
                    bundle.model(name, precision),
                    engine=stage.engine.name,
                    threads=threads,
                    height=inputs[0].shape[1],
                    width=inputs[0].shape[2],
                ),
            }
        )
    taken = [
        Frame(picture, number, time.monotonic(), "bench") for number, picture in enumerate(pictures)
    ]
    first = cascade.inspect(taken[0])
    if first.level is Level.UNINSPECTED:
        raise ImageError(first.detail, "Give --width and --height that the bundle takes")
    shares: list[float] = []

    def inspect(frame: Frame) -> None:
        started = time.perf_counter()
        stages_ms = cascade.inspect(frame).stages_ms
        whole_ms = (time.perf_counter() - started) * 1e3
        shares.append(stages_ms["preprocess"] / whole_ms)

    usual = {**_percentiles(_times(inspect, taken, frames))}
    usual["preprocess_share"] = float(np.median(shares))
    cascade.gate_threshold = 0.0
    every = _percentiles(_times(cascade.inspect, taken, frames))
    return {
        "machine": machine(),
        "bundle": {"name": bundle.manifest.name, "digest": bundle.digest},
        "frame": {"width": size[1], "height": size[0]},
        "models": models,
        "cascade": usual,
        "cascade_all_regions": every,
    }


def _pictures(size: tuple[int, int]) -> list[Pixels]:
    height, width = size
    simulator = StripSimulator(seed=7)
    drawn = [simulator.draw(i).pixels for i in range(_DRAWN)]
    down, right = -(-height // drawn[0].shape[0]), -(-width // drawn[0].shape[1])
    return [
        np.ascontiguousarray(np.tile(picture, (down, right))[:height, :width]) for picture in drawn
    ]


def _times(work: Callable[[Any], object], items: list[Any], count: int) -> NDArray[np.float64]:
    """Milliseconds of each of ``count`` calls, the items taken in turn."""

    def turns(n: int) -> Iterable[Any]:
        return (items[i % len(items)] for i in range(n))

    for item in turns(_WARM_UP):
        work(item)
    times = []
    for item in turns(count):
        started = time.perf_counter()
        work(item)
        times.append((time.perf_counter() - started) * 1e3)
    return np.array(times)


def _percentiles(times: NDArray[np.float64]) -> dict[str, float]:
    return {f"p{p}": round(float(np.percentile(times, p)), 4) for p in (50, 90, 99)}


def machine() -> dict[str, Any]:
    """What this device is, for reports."""
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.platform(),
        "python": platform.python_version(),
        "millsight": __version__,
    }


def _cpu_model() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.lower().startswith(("model name", "hardware")):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
