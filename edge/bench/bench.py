"""Latency of a bundle's models and cascade on this device."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge import __version__
from edge.bench.peak_memory import peak_mib
from edge.bundle import Bundle
from edge.core.errors import ImageError
from edge.core.frame import Frame, Pixels
from edge.core.inspection import Level
from edge.machine.processor import cpu_model
from edge.simulator import StripSimulator
from edge.vision.cascade import Cascade
from edge.vision.engines.base import Engine, file_format
from edge.vision.models.load import (
    Choices,
    ModelLoader,
    StageName,
    instance_engines,
)
from edge.vision.models.stage import StageModel
from edge.vision.preprocess import network_input

_WARM_UP = 10
_DRAWN = 24
"""Number of simulated frames; they are inspected in turn."""


def measure(
    bundle: Bundle,
    *,
    engine: str | None = None,
    precision: str = "int8",
    threads: int = 2,
    stages: Choices | None = None,
    frames: int = 300,
    size: tuple[int, int] = (256, 1600),
) -> dict[str, Any]:
    """Time each model on a whole frame's regions, and the cascade from Frame to Inspection.

    Args:
        bundle: The bundle.
        engine: Engine name; None takes the first installed one.
        precision: Number format of the models.
        threads: Threads for each model.
        stages: Per-stage engine choices from this device's tuning plan; they override ``engine``,
            ``precision`` and ``threads``.
        frames: Number of frames to measure.
        size: Lines and columns of a frame.

    Returns:
        ``machine``; ``models``; ``cascade`` (with ``preprocess_share``); ``cascade_all_regions``
        (the gate passes every region on); ``instances`` (the instance model on whole frames);
        ``cascade_outlined`` (from frame to outlines, for defective frames). The last two are None
        without an instance model.

    Raises:
        ImageError: The bundle does not accept frames of this size.
    """
    loader = ModelLoader(bundle, engine, precision, threads, stages or {})
    cascade = Cascade.from_bundle(
        bundle, engine=engine, precision=precision, threads=threads, stages=stages
    )
    pictures = _pictures(size)
    models = [
        *_stage_rows(loader, cascade, pictures, frames),
        *_instance_rows(loader, cascade, frames),
    ]
    taken = [
        Frame(picture, number, time.monotonic(), "bench") for number, picture in enumerate(pictures)
    ]
    first = cascade.inspect(taken[0])
    if first.level is Level.UNINSPECTED:
        raise ImageError(first.detail, "Give a --width and --height that the bundle accepts")
    shares: list[float] = []

    def inspect(frame: Frame) -> None:
        started = time.perf_counter()
        stages_ms = cascade.inspect(frame).stages_ms
        whole_ms = (time.perf_counter() - started) * 1e3
        shares.append(stages_ms["preprocess"] / whole_ms)

    normal = {**_percentiles(_times(inspect, taken, frames))}
    normal["preprocess_share"] = float(np.median(shares))
    outlines = _outlines(cascade, taken, frames)
    cascade.gate_threshold = 0.0
    every = _percentiles(_times(cascade.inspect, taken, frames))
    return {
        "machine": machine(),
        "bundle": bundle.to_json(),
        "frame": {"width": size[1], "height": size[0]},
        "models": models,
        "cascade": normal,
        "cascade_all_regions": every,
        **outlines,
    }


def _stage_rows(
    loader: ModelLoader, cascade: Cascade, pictures: list[Pixels], frames: int
) -> Iterator[dict[str, Any]]:
    """Times of gate and classifier, each on all regions of a frame."""
    models: dict[StageName, StageModel | None] = {
        "gate": cascade.networks.gate,
        "classifier": cascade.networks.classifier,
    }
    for name, stage in models.items():
        if stage is None:
            continue
        inputs = [network_input(picture, stage.geometry) for picture in pictures]
        precision = loader.choice(name).precision
        model = loader.bundle.model(name, precision, file_format(stage.engine.name))
        yield {
            **_about(name, stage.engine, precision, model),
            "regions": len(inputs[0]),
            **_percentiles(_times(stage.probabilities, inputs, frames)),
        }


def _instance_rows(loader: ModelLoader, cascade: Cascade, frames: int) -> Iterator[dict[str, Any]]:
    """Times of each network of the instance model, for one invocation with its own batch size."""
    bundle, stage = loader.bundle, loader.bundle.manifest.stages.instances
    if cascade.instances is None or stage is None:
        return
    format_ = file_format(cascade.instances.box_head.name)
    precision = loader.choice("instances").precision
    forms = stage.forms(bundle.manifest.name, precision, format_)
    for name, engine in instance_engines(cascade.instances).items():
        inputs = _inputs(engine.input_shape)
        model = bundle.files[forms[name].file]
        yield {
            **_about(f"instances: {name}", engine, forms[name].precision, model),
            "regions": engine.input_shape[0],
            **_percentiles(_times(engine.run_tensors, inputs, frames)),
        }


def _inputs(shape: tuple[int, ...]) -> list[NDArray[Any]]:
    """Random inputs: pictures [n, lines, columns] uint8 for one channel, else float32."""
    random = np.random.default_rng(7)
    if shape[-1] == 1:
        return [random.integers(0, 256, shape[:-1], dtype=np.uint8) for _ in range(4)]
    return [random.random(shape, dtype=np.float32) for _ in range(4)]


def _about(name: str, engine: Engine, precision: str, model: bytes) -> dict[str, Any]:
    return {
        "model": name,
        "engine": engine.name,
        "precision": precision,
        "threads": engine.threads,
        "peak_mib": peak_mib(model, engine=engine.name, threads=engine.threads),
    }


def _outlines(cascade: Cascade, taken: list[Frame], frames: int) -> dict[str, Any]:
    """Times of the instance model on whole frames, and of the cascade on defective frames."""
    model = cascade.instances
    if model is None:
        return {"instances": None, "cascade_outlined": None}
    spent: list[tuple[float, float]] = []

    def find(frame: Frame) -> None:
        model.find(frame.pixels)
        spent.append((model.host_ms, model.engine_ms))

    whole: dict[str, float] = _percentiles(_times(find, taken, frames))
    host, engine = np.median(spent, axis=0)
    defective = [frame for frame in taken if cascade.inspect(frame).level is Level.CLASSIFIED]

    def outline(frame: Frame) -> None:
        cascade.outline(frame, cascade.inspect(frame))

    return {
        "instances": {
            **whole,
            "host_p50": round(float(host), 4),
            "engine_p50": round(float(engine), 4),
        },
        "cascade_outlined": _percentiles(_times(outline, defective, frames)) if defective else None,
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
    """Milliseconds of each of ``count`` calls, with the items in turn."""

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
    """The description of this device, for reports."""
    return {
        "cpu": cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.platform(),
        "python": platform.python_version(),
        "millsight": __version__,
    }
