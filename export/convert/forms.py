"""The ladder: every form that a network is exported in, float first and then down.

Float comes first so that a conversion that is wrong is told from a quantization that loses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge.bundle.manifest_parts import Precision
from edge.bundle.stages import Format
from edge.core.errors import EngineError
from export.convert import onnx, tflite
from export.convert.freezing import Inputs, Shape
from export.convert.quantization import Quantization


@dataclass(frozen=True, slots=True)
class Rung:
    """One form.

    Attributes:
        format: File format.
        precision: Number format.
    """

    format: Format
    precision: Precision

    @property
    def name(self) -> str:
        """As ``--rungs`` takes it, such as ``onnx-int8-s8s8``."""
        return f"{self.format}-{self.precision}"

    @property
    def remediable(self) -> bool:
        """Whether remedies are made for it: full int8."""
        return self.precision in {"int8", "int8-s8s8"}

    def __str__(self) -> str:
        return f"{self.format} {self.precision}"


EXACT = Rung("tflite", "float32")
"""What every other rung is held against."""

REQUIRED = Rung("tflite", "int8")
"""What is deployed: without it there is no bundle."""

LADDER = (
    EXACT,
    Rung("onnx", "float32"),
    Rung("tflite", "float16"),
    Rung("tflite", "dynamic"),
    Rung("onnx", "dynamic"),
    Rung("tflite", "int16x8"),
    REQUIRED,
    Rung("onnx", "int8"),
    Rung("onnx", "int8-s8s8"),
)

DEFAULT = (EXACT, Rung("onnx", "float32"), REQUIRED, Rung("onnx", "int8"))
"""Those that are made unasked: any engine can run every stage with them."""

NAMED = {rung.name: rung for rung in LADDER}


def chosen_rungs(names: tuple[str, ...]) -> tuple[Rung, ...]:
    """The rungs made unasked and those named, ``all`` among them, in the ladder's order."""
    wanted = {*DEFAULT, *(LADDER if "all" in names else (NAMED[name] for name in names))}
    return tuple(rung for rung in LADDER if rung in wanted)


def convert_rung(
    rung: Rung,
    model: Any,
    representative: Inputs,
    quantization: Quantization,
    shape: Shape | None = None,
) -> bytes:
    """One network in one form.

    Args:
        rung: Which.
        model: A ``keras.Model`` of one input.
        representative: Network inputs that set the ranges of activations.
        quantization: How; of int8 alone.
        shape: Of the input, batch included; None takes one of the size that the model states.

    Raises:
        EngineError: This network cannot be had in that form.
        MissingExtraError: The converter to ONNX is not installed.
    """
    converter = tflite if rung.format == "tflite" else onnx
    match rung.precision:
        case "float32":
            return converter.convert(model, shape)
        case "float16":
            return tflite.convert_float16(model, shape)
        case "dynamic":
            if rung.format == "onnx" and _has_convolutions(model):
                raise EngineError(
                    "ONNX Runtime's dynamic quantization is very slow on convolutions",
                    "It is for dense networks",
                )
            return converter.quantize_weights(model, shape)
        case "int16x8":
            return tflite.quantize_int16x8(model, representative, shape)
        case "int8-s8s8":
            return onnx.quantize(model, representative, shape, quantization, signed=True)
        case "int8":
            return converter.quantize(model, representative, shape, quantization)


def _has_convolutions(model: Any) -> bool:
    return any("Conv" in type(layer).__name__ for layer in model.layers)
