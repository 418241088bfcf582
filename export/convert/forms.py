"""The forms in which networks are exported: file format and precision, in a fixed order.

Float32 comes first, so that a conversion error is distinguished from a quantization loss.
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
    """One form of a network.

    Attributes:
        format: File format.
        precision: Number format.
    """

    format: Format
    precision: Precision

    @property
    def name(self) -> str:
        """Name for ``--rungs``, such as ``onnx-int8-s8s8``."""
        return f"{self.format}-{self.precision}"

    @property
    def remediable(self) -> bool:
        """Whether mitigations apply to it: full int8 only."""
        return self.precision in {"int8", "int8-s8s8"}

    def __str__(self) -> str:
        return f"{self.format} {self.precision}"


EXACT = Rung("tflite", "float32")
"""Reference with which every other form is compared."""

REQUIRED = Rung("tflite", "int8")
"""The deployed form; there is no bundle without it."""

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
"""Forms made by default; with them any engine can run every stage."""

NAMED = {rung.name: rung for rung in LADDER}


def chosen_rungs(names: tuple[str, ...]) -> tuple[Rung, ...]:
    """The default forms and those named (or ``all``), in the fixed order."""
    wanted = {*DEFAULT, *(LADDER if "all" in names else (NAMED[name] for name in names))}
    return tuple(rung for rung in LADDER if rung in wanted)


def convert_rung(
    rung: Rung,
    model: Any,
    representative: Inputs,
    quantization: Quantization,
    shape: Shape | None = None,
) -> bytes:
    """Convert one network to one form.

    Args:
        rung: The form.
        model: A ``keras.Model`` with one input.
        representative: Representative dataset, which sets activation ranges.
        quantization: Quantization method, for int8 only.
        shape: Input shape with batch; None: one input of the model's size.

    Raises:
        EngineError: The network cannot be converted to that form.
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
                    "Use it for dense networks only",
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
