"""One network converted to every form, each compared with Keras on the same tensors."""

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
"""Files of one network, by form."""


@dataclass(frozen=True, slots=True, eq=False)
class ConvertedForms:
    """One network in all forms.

    Attributes:
        forms: The files.
        parity: Each file's largest difference from Keras on the same tensors, as a share of the
            largest value; see ``export.convert.parity.largest_difference``.
        refused: Reason for each missing form.
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
    """Convert a network to every form that is possible.

    Args:
        rungs: Requested forms.
        model: The ``keras.Model``.
        inputs: Network inputs for calibration and comparison.
        progress: Receives progress.
        name: Name of the network, for ``progress``.
        what: Description of the network, for errors.
        required: Forms that must be possible.
        mapped: The same network with more outputs, to convert instead.
        shape: Input shape with batch; None: one input of the model's size.

    Raises:
        EngineError: A required form cannot be converted, or no engine runs it.
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
        except Exception as error:  # Converters have no narrower base class.
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
    """Add a network's files to a bundle, and describe them for the manifest."""
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
    return f"it cannot be converted: {reason[:200]}"
