"""Quantization to int8: calibration method, and layers kept in float."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Calibration = Literal["minmax", "percentile"]
CALIBRATIONS: tuple[Calibration, ...] = get_args(Calibration)

PERCENTILE = 99.99
"""Percentile of values that the calibration ``percentile`` keeps."""


@dataclass(frozen=True, slots=True)
class Quantization:
    """A quantization method.

    Attributes:
        calibration: ``minmax`` takes the whole observed range; ``percentile`` clips rare values.
        kept: Names of Keras layers kept in float.
    """

    calibration: Calibration = "minmax"
    kept: tuple[str, ...] = ()

    def __str__(self) -> str:
        words = f"calibrated by {self.calibration}"
        return f"{words}, {', '.join(self.kept)} in float" if self.kept else words


PLAIN = Quantization()


Layers = Mapping[str, str]
"""Names of a network's layers, each with the layer it is fused into; see ``layers_of``."""

_FUSED = {"BatchNormalization", "ReLU", "Activation"}


def layers_of(model: Any) -> Layers:
    """The layers of a ``keras.Model``; norms and activations belong to the layer before them.

    Layers with weights come first.
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
    """The layer of an operation in a converted file; None if no name tells it.

    Args:
        names: Names of the operation, of its output, or of its weights. Converters join the names
            of fused layers, and number calls: ``net_1/conv_1/convolution;net_1/bn_1/sub``.
        layers: Layers of the network.
    """
    parts = {part for name in names for piece in name.split(";") for part in piece.split("/")}
    for layer, owner in layers.items():
        if layer in parts or f"{layer}_1" in parts:
            return owner
    return None
