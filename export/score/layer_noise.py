"""Which layer loses what int8 loses: the noise of every activation, and where most is added.

Every tensor of the int8 file is held against the one of the same name in the float file, which
computes what Keras computes (``export.convert.parity``). Noise is the power of the difference
as a share of the signal's, of each channel by itself and then the mean: what usually goes wrong is
that one channel's range leaves the others no steps. Noise adds up on its way, so that a layer
adds what its output has more of it than the noisiest of its inputs.
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
"""Inputs at most that are traced."""

_CLEANEST_DB = 100.0


@dataclass(frozen=True, slots=True)
class LayerError:
    """What quantizing costs at one layer.

    Attributes:
        layer: Its name in Keras.
        sqnr_db: Signal to quantization noise of its output, in decibels; 100 where there is none.
        share: Of all noise that layers add, what this one adds, a fraction.
    """

    layer: str
    sqnr_db: float
    share: float


def trace(
    float_file: bytes, int8_file: bytes, inputs: Inputs, layers: Layers, batch: int = 1
) -> list[LayerError]:
    """The error of every layer, in the order in which they run.

    Args:
        float_file: The float32 TFLite file.
        int8_file: The int8 one.
        inputs: As many as are to be traced; see ``TRACED``.
        layers: Of the network.
        batch: Of the files.
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
    """The error of every layer of int8 TFLite on some tiles of a split, by stage."""
    progress.start("finding what quantizing costs at each layer")
    return {
        name: trace(
            stage.forms[EXACT],
            stage.forms[REQUIRED],
            split.sample(stage.run.geometry, TRACED),
            layers_of(stage.mapped),
        )
        for name, stage in stages.items()
    }


def noisiest_layers(errors: Sequence[LayerError], most: int = 3) -> list[LayerError]:
    """The layers that together add half of the noise, the worst first, ``most`` at most."""
    chosen: list[LayerError] = []
    for error in sorted(errors, key=lambda error: -error.share)[:most]:
        if sum(one.share for one in chosen) >= 0.5:
            break
        chosen.append(error)
    return chosen


def noisiest_layer_text(errors: Sequence[LayerError]) -> str:
    """The noisiest layer for people; empty where there is no noise."""
    found = noisiest_layers(errors, most=1)
    if not found:
        return ""
    return (
        f"the noisiest layer is {found[0].layer}, which adds {found[0].share:.0%} of the noise "
        f"({found[0].sqnr_db:.0f} dB of signal over noise after it)"
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
    """Mean over channels that say anything; where there is nothing but noise it is 1."""
    says = signal > 0
    return float(np.minimum(noise[says] / signal[says], 1.0).mean()) if says.any() else 0.0


def _decibels(ratio: float) -> float:
    return min(_CLEANEST_DB, -10 * math.log10(ratio)) if ratio > 0 else _CLEANEST_DB
