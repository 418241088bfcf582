"""Peak memory of a model, measured in a process that does nothing else."""

from __future__ import annotations

import multiprocessing
import resource

import numpy as np

from edge.vision.engines.base import open_engine


def peak_mib(model: bytes, *, engine: str, threads: int) -> float:
    """Peak resident memory in MiB of a fresh process that loads the model and runs it.

    Most of it is Python, NumPy and the engine's own library.

    Args:
        model: The model's file.
        engine: Name of the engine.
        threads: Threads that it may use.
    """
    with multiprocessing.get_context("spawn").Pool(1) as alone:
        return alone.apply(_run_alone, (model, engine, threads))


def _run_alone(model: bytes, engine: str, threads: int) -> float:
    loaded = open_engine(model, name=engine, threads=threads)
    for _ in range(3):
        loaded.run_tensors(np.zeros(loaded.input_shape, dtype=np.float32))
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
