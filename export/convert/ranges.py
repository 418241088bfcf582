"""Ranges of activations that leave out what is rare, written into a calibrated TFLite file.

TensorFlow's calibrator knows the least and the greatest value alone. Its file holds them for each
tensor before it is quantized, so that others can be put in their place.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from export.convert.operations import preserving_interpreter
from export.convert.quantization import PERCENTILE, Calibration

BINS = 2048
_LEVELS = 128
"""Steps of int8 on one side of zero."""

_MAPS_RANK = 4
"""Of feature maps. What is pooled or said has too few values to tell rare ones from the rest."""


def clip_ranges(content: bytes, batches: Iterable[NDArray[np.float32]], how: Calibration) -> bytes:
    """A calibrated file with narrower ranges of its feature maps.

    Args:
        content: A float TFLite file with the ranges of its activations.
        batches: Network inputs, as many as it was calibrated on.
        how: ``percentile`` or ``entropy``.
    """
    from tensorflow.lite.tools import flatbuffer_utils

    model = flatbuffer_utils.read_model_from_bytearray(bytearray(content))
    graph = model.subgraphs[0]
    tensors, border = graph.tensors, {*graph.inputs, *graph.outputs}
    ends = {
        number: (float(tensor.quantization.min[0]), float(tensor.quantization.max[0]))
        for number, tensor in enumerate(tensors)
        if tensor.quantization is not None
        and tensor.quantization.min is not None
        and len(tensor.shape) == _MAPS_RANK
        and number not in border
    }
    for number, counts in _histograms(content, batches, ends).items():
        low, high = _NARROWED[how](counts, *ends[number])
        quantization = tensors[number].quantization
        quantization.min = np.array([low], np.float32)
        quantization.max = np.array([high], np.float32)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def percentile_range(counts: NDArray[np.int64], low: float, high: float) -> tuple[float, float]:
    """The range without the rarest values of a histogram over ``low`` to ``high``; it keeps 0."""
    tail = (1 - PERCENTILE / 100) / 2
    reached = np.cumsum(counts) / counts.sum()
    width = (high - low) / len(counts)
    first = int(np.searchsorted(reached, tail, side="right"))
    last = int(np.searchsorted(reached, 1 - tail, side="left"))
    return min(0.0, low + first * width), max(0.0, low + (last + 1) * width)


def entropy_range(counts: NDArray[np.int64], low: float, high: float) -> tuple[float, float]:
    """The range that says most in 128 steps to either side of zero; it keeps 0."""
    edges = np.linspace(low, high, len(counts) + 1)
    sizes = np.abs((edges[:-1] + edges[1:]) / 2)
    reach = max(abs(low), abs(high))
    folded = np.histogram(sizes, BINS, (0, reach), weights=counts)[0]
    # What is exactly zero, as after a ReLU, is kept by any step.
    folded[0] = folded[1]
    candidates = range(_LEVELS, BINS + 1, 8)
    best = min(candidates, key=lambda kept: _divergence(folded, kept))
    limit = reach * best / BINS
    return max(low, -limit), min(high, limit)


_NARROWED = {"percentile": percentile_range, "entropy": entropy_range}


def _histograms(
    content: bytes, batches: Iterable[NDArray[np.float32]], ends: dict[int, tuple[float, float]]
) -> dict[int, NDArray[np.int64]]:
    """Of each tensor's values between its ends, [BINS]; tensors of one value are left out."""
    interpreter = preserving_interpreter(content)
    entry = interpreter.get_input_details()[0]["index"]
    counts = {n: np.zeros(BINS, np.int64) for n, (low, high) in ends.items() if high > low}
    for batch in batches:
        interpreter.set_tensor(entry, batch)
        interpreter.invoke()
        for number in counts:
            low, high = ends[number]
            values = interpreter.get_tensor(number).ravel()
            place = ((values - low) * np.float32(BINS / (high - low))).astype(np.intp)
            counts[number] += np.bincount(place.clip(0, BINS - 1), minlength=BINS)
    return counts


def _divergence(counts: NDArray[np.float64], kept: int) -> float:
    """Of the counts, clipped at ``kept`` bins, from the same in so many steps as int8 has."""
    whole = counts[:kept].astype(np.float64)
    clipped = whole.copy()
    clipped[-1] += counts[kept:].sum()
    groups = np.arange(kept) * _LEVELS // kept
    filled = whole > 0
    sums = np.bincount(groups, whole, _LEVELS)
    sizes = np.bincount(groups, filled, _LEVELS)
    steps = np.where(filled, (sums / np.maximum(sizes, 1))[groups], 0.0)
    both = (clipped > 0) & (steps > 0)
    lost = clipped[(clipped > 0) & ~both].sum() / max(clipped.sum(), 1.0)
    p, q = clipped[both] / clipped.sum(), steps[both] / max(steps.sum(), 1.0)
    # What no step stands for would be infinitely far; as much as it weighs is enough to avoid it.
    return float((p * np.log(p / q)).sum() + lost * np.log(BINS)) if both.any() else np.inf
