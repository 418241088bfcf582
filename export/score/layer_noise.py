"""Quantization noise by layer: the noise of every activation, and the layers that add most of it.

Every tensor of the int8 file is compared with the tensor of the same name in the float file, which
computes what Keras computes (``export.convert.parity``). Noise is the power of the difference
divided by the power of the signal, per channel, then averaged over channels: the usual problem is
that one channel's range leaves too few steps for the others. Noise accumulates, so a layer adds
the noise of its output minus that of its noisiest input.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from export.convert.cascade_forms import StageForms
from export.convert.forms import EXACT, REQUIRED
from export.convert.freezing import Inputs, in_batches
from export.convert.operations import operations, preserving_interpreter
from export.convert.quantization import Layers, layers_of
from export.progress import ExportProgress
from export.score.split_scores import SplitInputs

TRACED = 32
"""Most inputs that are traced."""

_CLEANEST_DB = 100.0


@dataclass(frozen=True, slots=True)
class LayerError:
    """Quantization noise of one layer.

    Attributes:
        layer: Its name in Keras.
        sqnr_db: Signal-to-quantization-noise ratio of its output in decibels; 100 without noise.
        share: Its share of the noise that all layers add, a fraction.
    """

    layer: str
    sqnr_db: float
    share: float


def trace(
    float_file: bytes, int8_file: bytes, inputs: Inputs, layers: Layers, batch: int = 1
) -> list[LayerError]:
    """Quantization noise of every layer, in execution order.

    Args:
        float_file: The float32 TFLite file.
        int8_file: The int8 TFLite file.
        inputs: Inputs to trace; see ``TRACED``.
        layers: Layers of the network.
        batch: Batch size of the files.
    """
    exact, quantized = preserving_interpreter(float_file), preserving_interpreter(int8_file)
    twins = {operation.name: operation.output for operation in operations(quantized, layers)}
    shared = [operation for operation in operations(exact, layers) if operation.name in twins]
    signal: dict[int, Any] = dict.fromkeys((operation.output for operation in shared), 0.0)
    noise: dict[int, Any] = signal.copy()
    for numbers in in_batches(inputs, batch):
        _invoke(exact, numbers)
        _invoke(quantized, numbers)
        for operation in shared:
            wanted = exact.get_tensor(operation.output).astype(np.float64)
            found = _decoded(quantized, twins[operation.name])
            places = tuple(range(wanted.ndim - 1))
            signal[operation.output] += (wanted**2).sum(axis=places)
            noise[operation.output] += ((found - wanted) ** 2).sum(axis=places)
    ratios = {number: _mean_ratio(noise[number], signal[number]) for number in signal}
    added: dict[str, float] = {}
    left: dict[str, float] = {}
    for operation in shared:
        ratio = ratios[operation.output]
        before = max(
            (ratios[source] for source in operation.inputs if source in ratios), default=0.0
        )
        layer = operation.layer
        added[layer] = added.get(layer, 0.0) + max(0.0, ratio - before)
        left[layer] = ratio
    total = sum(added.values()) or 1.0
    return [LayerError(layer, _decibels(left[layer]), added[layer] / total) for layer in added]


def trace_stages(
    stages: Mapping[str, StageForms], split: SplitInputs, progress: ExportProgress
) -> dict[str, list[LayerError]]:
    """Quantization noise of every layer of int8 TFLite on some tiles of a split, by stage."""
    progress.start("measuring quantization noise by layer")
    return {
        name: trace(
            stage.forms[EXACT],
            stage.forms[REQUIRED],
            split.sample(stage.run.geometry, TRACED),
            layers_of(stage.mapped),
        )
        for name, stage in stages.items()
    }


def noisiest_layers(errors: Sequence[LayerError], limit: int = 3) -> list[LayerError]:
    """The noisiest layers that together add half of the noise, at most ``limit`` of them."""
    chosen: list[LayerError] = []
    for error in sorted(errors, key=lambda error: -error.share)[:limit]:
        if sum(one.share for one in chosen) >= 0.5:
            break
        chosen.append(error)
    return chosen


def noisiest_layer_text(errors: Sequence[LayerError]) -> str:
    """The noisiest layer as text; empty without noise."""
    found = noisiest_layers(errors, limit=1)
    if not found:
        return ""
    return (
        f"the noisiest layer is {found[0].layer}, which adds {found[0].share:.0%} of the noise "
        f"({found[0].sqnr_db:.0f} dB signal-to-noise ratio after it)"
    )


def _invoke(interpreter: Any, numbers: NDArray[np.float32]) -> None:
    entry = interpreter.get_input_details()[0]
    scale, zero = entry["quantization"]
    if scale:
        limits = np.iinfo(entry["dtype"])
        levels = np.round(numbers / np.float32(scale)) + zero
        numbers = levels.clip(limits.min, limits.max).astype(entry["dtype"])
    interpreter.set_tensor(entry["index"], numbers)
    interpreter.invoke()


def _decoded(interpreter: Any, number: int) -> NDArray[np.float64]:
    scale, zero = interpreter._get_tensor_details(number, 0)["quantization"]
    values: NDArray[np.float64] = interpreter.get_tensor(number).astype(np.float64)
    return (values - zero) * scale if scale else values


def _mean_ratio(noise: NDArray[np.float64], signal: NDArray[np.float64]) -> float:
    """Mean over channels with a signal; 1 if there is only noise."""
    says = signal > 0
    return float(np.minimum(noise[says] / signal[says], 1.0).mean()) if says.any() else 0.0


def _decibels(ratio: float) -> float:
    return min(_CLEANEST_DB, -10 * math.log10(ratio)) if ratio > 0 else _CLEANEST_DB
