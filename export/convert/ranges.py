"""Ranges of activations that leave out what is rare, written into a calibrated TFLite file.

TensorFlow's calibrator knows the least and the greatest value alone. Its file holds them for each
tensor before it is quantized, so that others can be put in their place.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from export.convert.operations import preserving_interpreter
from export.convert.quantization import PERCENTILE

BINS = 2048
"""Of the histogram of an activation's values, from the least to the greatest."""

_MAPS_RANK = 4
"""Of feature maps. What is pooled or said has too few values to tell rare ones from the rest."""


def clip_ranges(content: bytes, batches: Iterable[NDArray[np.float32]]) -> bytes:
    """A calibrated file whose ranges of feature maps leave out the rarest values.

    Args:
        content: A float TFLite file with the ranges of its activations.
        batches: Network inputs, as many as it was calibrated on.
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
    """The range without the rarest values of a histogram over ``low`` to ``high``; it keeps 0."""
    tail = (1 - PERCENTILE / 100) / 2
    reached = np.cumsum(counts) / counts.sum()
    width = (high - low) / len(counts)
    first = int(np.searchsorted(reached, tail, side="right"))
    last = int(np.searchsorted(reached, 1 - tail, side="left"))
    return min(0.0, low + first * width), max(0.0, low + (last + 1) * width)


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
