"""One network in every form of the ladder, each held against Keras on the same tensors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from edge.bundle.stages import ModelFile
from edge.core.errors import (
    EngineError,
    ExportGateError,
    MissingExtraError,
)
from export.convert.forms import Rung, convert_rung
from export.convert.freezing import Inputs, Shape
from export.convert.parity import (
    CHECKED,
    CONVERSION_TOLERANCE,
    largest_difference,
    require_same,
)
from export.convert.quantization import PLAIN
from export.progress import ExportProgress

Forms = Mapping[Rung, bytes]
"""One network as files, by rung."""


@dataclass(frozen=True, slots=True, eq=False)
class ConvertedForms:
    """One network in all forms.

    Attributes:
        forms: The files.
        parity: Of each file, its largest difference from Keras on the same tensors, as a share of
            the largest number there; see ``export.convert.parity.largest_difference``.
        refused: Why there is no file of a rung.
    """

    forms: Forms
    parity: Mapping[Rung, float]
    refused: Mapping[Rung, str]


def convert_to(
    rungs: Collection[Rung],
    model: Any,
    inputs: Inputs,
    progress: ExportProgress,
    *,
    name: str,
    what: str,
    required: Collection[Rung],
    mapped: Any = None,
    shape: Shape | None = None,
) -> ConvertedForms:
    """A network in every rung that can be had.

    Args:
        rungs: Those wanted.
        model: The ``keras.Model``.
        inputs: Network inputs that it is calibrated and checked on.
        progress: Told of each step.
        name: Of the network, for ``progress``.
        what: The network, for the error.
        required: Rungs that have to be had.
        mapped: The same network with more outputs, which is converted instead.
        shape: Of the input, batch included; None takes one of the size that the model states.

    Raises:
        EngineError: A required rung cannot be had, or no engine runs it.
        ExportGateError: A required float32 file does not compute what Keras computes.
        MissingExtraError: The converter to ONNX is not installed.
    """
    forms: dict[Rung, bytes] = {}
    parity: dict[Rung, float] = {}
    refused: dict[Rung, str] = {}
    given = inputs[:CHECKED]
    for rung in rungs:
        progress.start(f"{name}: converting to {rung}")
        try:
            content = convert_rung(rung, model if mapped is None else mapped, inputs, PLAIN, shape)
            if rung.precision == "float32" and rung in required:
                converted = f"{what} converted to {rung.format}"
                parity[rung] = require_same(model, content, given, converted)
            else:
                parity[rung] = largest_difference(model, content, given)
        except (ExportGateError, MissingExtraError):
            raise
        except Exception as error:  # converters have no base but this
            if rung in required:
                raise
            refused[rung] = _reason(error)
            continue
        if rung.precision == "float32" and parity[rung] > CONVERSION_TOLERANCE:
            refused[rung] = f"it differs from Keras by {parity[rung]:.2%} of its largest output"
            continue
        forms[rung] = content
    return ConvertedForms(forms, parity, refused)


def put_models(network: str, forms: Forms, files: dict[str, bytes]) -> tuple[ModelFile, ...]:
    """Put a network among a bundle's files, and name them as its manifest does."""
    models = []
    for rung, content in forms.items():
        file = f"models/{network}-{rung.precision}.{rung.format}"
        files[file] = content
        models.append(ModelFile(file=file, format=rung.format, precision=rung.precision))
    return tuple(models)


def _reason(error: Exception) -> str:
    if isinstance(error, EngineError):
        return error.what
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return f"it does not convert: {reason[:200]}"
