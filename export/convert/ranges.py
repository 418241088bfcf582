"""Percentile calibration: clipped activation ranges, written into a calibrated TFLite file.

TensorFlow's calibrator only knows minimum and maximum. Its file holds them for each tensor before
quantization, so they can be replaced.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from export.convert.operations import preserving_interpreter
from export.convert.quantization import PERCENTILE

BINS = 2048
"""Bins of the histogram of an activation's values, from minimum to maximum."""

_MAPS_RANK = 4
"""Rank of feature maps. Pooled values and logits are too few to tell rare ones."""


def clip_ranges(content: bytes, batches: Iterable[NDArray[np.float32]]) -> bytes:
    """Clip the ranges of feature maps in a calibrated file.

    Args:
        content: A float TFLite file with activation ranges.
        batches: Network inputs, the same as in calibration.
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
        low, high = percentile_range(counts, *ends[number])
        quantization = tensors[number].quantization
        quantization.min = np.array([low], np.float32)
        quantization.max = np.array([high], np.float32)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def percentile_range(counts: NDArray[np.int64], low: float, high: float) -> tuple[float, float]:
    """Range without the rarest values of a histogram over ``low`` to ``high``; it includes 0."""
    tail = (1 - PERCENTILE / 100) / 2
    reached = np.cumsum(counts) / counts.sum()
    width = (high - low) / len(counts)
    first = int(np.searchsorted(reached, tail, side="right"))
    last = int(np.searchsorted(reached, 1 - tail, side="left"))
    return min(0.0, low + first * width), max(0.0, low + (last + 1) * width)


def _histograms(
    content: bytes, batches: Iterable[NDArray[np.float32]], ends: dict[int, tuple[float, float]]
) -> dict[int, NDArray[np.int64]]:
    """Histogram of each tensor's values, [BINS]; constant tensors are left out."""
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
