"""A trained run in every form of the ladder, each held against Keras on the same tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from edge.bundle.evidence import Precision, Thresholds
from edge.cascade import Cascade
from edge.engines.base import Engine, open_engine
from edge.errors import EngineError, ExportGateError, MissingExtraError
from edge.models.classifier import Classifier
from edge.models.gate import Gate
from edge.models.stage import StageModel
from export.calibration import representative_inputs
from export.ladder import DEFAULT, EXACT, REQUIRED, Rung, make
from export.maps import with_map
from export.parity import CHECKED, CONVERSION_TOLERANCE, largest_difference, require_same
from export.progress import Progress
from export.quantization import PLAIN, Quantization
from train.data.sample import DataSet
from train.finished_run import Run

Forms = Mapping[Rung, bytes]
"""One network as files, by rung."""

_Model = TypeVar("_Model", bound=StageModel)


@dataclass(frozen=True, slots=True, eq=False)
class Shrunk:
    """One network of the cascade in all forms.

    Attributes:
        run: That trained it.
        model: The trained ``keras.Model``.
        mapped: The same with its maps, where it has any: what is converted.
        inputs: Network inputs of train, [n, height, width] uint8, that it is calibrated on.
        forms: The files.
        parity: Of each file, its largest difference from Keras on the same tensors, as a share of
            the largest number there; see ``export.parity.largest_difference``.
        refused: Why there is no file of a rung.
        quantization: How the int8 forms were quantized.
    """

    run: Run
    model: Any
    mapped: Any
    inputs: NDArray[np.uint8]
    forms: Forms
    parity: Mapping[Rung, float]
    refused: Mapping[Rung, str]
    quantization: Quantization = PLAIN


def shrink(
    run: Run,
    data: DataSet,
    progress: Progress,
    rungs: Sequence[Rung] = DEFAULT,
) -> Shrunk:
    """Convert a run's network to every rung, calibrated on train.

    A rung that cannot be had is left out with its reason, but for those of TFLite in float32 and
    int8, without which there is no bundle.

    Raises:
        DataError: The train split is empty, or lacks a class that the network names.
        EngineError: The network cannot be had in int8 TFLite.
        ExportGateError: The float32 TFLite file does not compute what Keras computes.
        MissingExtraError: The converter to ONNX is not installed.
        TrainingError: The network cannot be loaded.
    """
    name = run.card.network
    progress.start(f"{name}: reading calibration regions")
    inputs = representative_inputs(data, run.geometry, names_classes=run.card.task != "binary")
    model = run.load()
    mapped = with_map(model) if run.card.task != "binary" else model
    forms: dict[Rung, bytes] = {}
    parity: dict[Rung, float] = {}
    refused: dict[Rung, str] = {}
    for rung in rungs:
        progress.start(f"{name}: converting to {rung}")
        try:
            content = make(rung, mapped, inputs, PLAIN)
            if rung == EXACT:
                require_same(model, content, inputs[:CHECKED], f"{run.folder} converted to TFLite")
            parity[rung] = largest_difference(model, content, inputs[:CHECKED])
        except (EngineError, MissingExtraError) as error:
            if rung in {EXACT, REQUIRED} or isinstance(error, MissingExtraError):
                raise
            refused[rung] = error.what
            continue
        except ExportGateError:
            raise
        except Exception as error:  # converters have no base but this
            if rung in {EXACT, REQUIRED}:
                raise
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            refused[rung] = f"it does not convert: {reason[:200]}"
            continue
        if rung.precision == "float32" and parity[rung] > CONVERSION_TOLERANCE:
            refused[rung] = f"it differs from Keras by {parity[rung]:.2%} of its largest output"
            continue
        forms[rung] = content
    return Shrunk(run, model, mapped, inputs, forms, parity, refused)


def open_cascade(
    stages: Mapping[str, Shrunk],
    temperatures: Mapping[str, float],
    thresholds: Thresholds,
    engine_of: Callable[[Shrunk], Engine],
) -> Cascade:
    """The cascade of the stages' networks, before there is a bundle.

    Args:
        stages: ``gate``, and ``classifier`` where there is one.
        temperatures: Of each.
        thresholds: Of both.
        engine_of: Opens a stage's network.
    """

    def open_one(kind: type[_Model], name: str) -> _Model:
        stage = stages[name]
        card = stage.run.card
        return kind(
            engine_of(stage),
            stage.run.geometry,
            card.outputs,
            card.activation,
            temperatures[name],
        )

    return Cascade(
        open_one(Gate, "gate"),
        open_one(Classifier, "classifier") if "classifier" in stages else None,
        classes=stages["gate"].run.card.classes,
        gate_threshold=thresholds.gate.value,
        decision_threshold=thresholds.decision.value,
    )


def of_rung(rung: Rung) -> Callable[[Shrunk], Engine]:
    """Opens a stage's network in one form."""
    return lambda stage: open_engine(stage.forms[rung])


def tflite_metrics(figures: Mapping[Rung, Any]) -> dict[Precision, Any]:
    """What is known of TFLite's rungs, by precision, as the manifest has it."""
    return {rung.precision: found for rung, found in figures.items() if rung.format == "tflite"}
