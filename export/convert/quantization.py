"""How a network is quantized to int8: what sets the ranges of its activations, what stays float."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Calibration = Literal["minmax", "percentile"]
CALIBRATIONS: tuple[Calibration, ...] = get_args(Calibration)

PERCENTILE = 99.99
"""Share of an activation's values, in percent, that ``percentile`` leaves unclipped."""


@dataclass(frozen=True, slots=True)
class Quantization:
    """A way to quantize.

    Attributes:
        calibration: ``minmax`` takes the whole range seen; ``percentile`` clips the rarest values.
        kept: Layers, by their names in Keras, that stay in float.
    """

    calibration: Calibration = "minmax"
    kept: tuple[str, ...] = ()

    def __str__(self) -> str:
        words = f"calibrated by {self.calibration}"
        return f"{words}, {', '.join(self.kept)} in float" if self.kept else words


PLAIN = Quantization()


Layers = Mapping[str, str]
"""Names of a network's layers, each with that of the layer it is fused into; see ``layers_of``."""

_FUSED = {"BatchNormalization", "ReLU", "Activation"}


def layers_of(model: Any) -> Layers:
    """The layers of a ``keras.Model``: what only rescales or clips belongs to what it follows.

    Those that multiply by weights come first.
    """
    owners: dict[str, str] = {}
    for layer in model.layers:
        owners[layer.name] = layer.name
        if type(layer).__name__ in _FUSED:
            source = layer.input._keras_history.operation.name
            owners[layer.name] = owners.get(source, layer.name)
    heavy = [layer.name for layer in model.layers if hasattr(layer, "kernel")]
    return {name: owners[name] for name in (*heavy, *owners)}


def layer_of(names: Iterable[str], layers: Layers) -> str | None:
    """The layer that an operation of a converted file is of; None where no name says so.

    Args:
        names: Of the operation, of what it makes, or of its weights. Converters join the names of
            all that they fused, and number calls: ``net_1/conv_1/convolution;net_1/bn_1/sub``.
        layers: Of the network.
    """
    parts = {part for name in names for piece in name.split(";") for part in piece.split("/")}
    for layer, owner in layers.items():
        if layer in parts or f"{layer}_1" in parts:
            return owner
    return None
