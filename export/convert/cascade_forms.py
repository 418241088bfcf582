"""A trained run converted to every form, each compared with Keras on the same tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from edge.bundle.manifest_parts import Precision, Thresholds
from edge.vision.cascade import Cascade
from edge.vision.engines.base import Engine, open_engine
from edge.vision.models.classifier import Classifier
from edge.vision.models.gate import Gate
from edge.vision.models.stage import StageModel
from export.convert.calibration import representative_inputs
from export.convert.class_maps import with_map
from export.convert.every_form import ConvertedForms, convert_to
from export.convert.forms import (
    DEFAULT,
    EXACT,
    REQUIRED,
    Rung,
)
from export.convert.quantization import PLAIN, Quantization
from export.progress import ExportProgress
from train.data.sample import DataSet
from train.regions.finished import Run

_Model = TypeVar("_Model", bound=StageModel)


@dataclass(frozen=True, slots=True, eq=False)
class StageForms(ConvertedForms):
    """One network of the cascade in all forms; see ``ConvertedForms`` for the other attributes.

    Attributes:
        run: The training run.
        model: The trained ``keras.Model``.
        mapped: The model with its class activation maps, if any; this one is converted.
        inputs: Calibration inputs from train, [n, height, width] uint8.
        quantization: Quantization method of the int8 forms.
    """

    run: Run
    model: Any
    mapped: Any
    inputs: NDArray[np.uint8]
    quantization: Quantization = PLAIN


def convert_stage(
    run: Run,
    data: DataSet,
    progress: ExportProgress,
    rungs: Sequence[Rung] = DEFAULT,
) -> StageForms:
    """Convert a run's network to every form, calibrated on train.

    A form that cannot be made is left out with its reason. TFLite in float32 and int8 are
    required.

    Raises:
        DataError: The train split is empty, or lacks a class that the network predicts.
        EngineError: The network cannot be converted to int8 TFLite.
        ExportGateError: The float32 TFLite file does not compute what Keras computes.
        MissingExtraError: The converter to ONNX is not installed.
        TrainingError: The network cannot be loaded.
    """
    name = run.card.network
    progress.start(f"{name}: reading calibration regions")
    inputs = representative_inputs(data, run.geometry, names_classes=run.card.task != "binary")
    model = run.load()
    mapped = with_map(model) if run.card.task != "binary" else model
    found = convert_to(
        rungs,
        model,
        inputs,
        progress,
        name=name,
        what=str(run.folder),
        required={EXACT, REQUIRED},
        mapped=mapped,
    )
    return StageForms(found.forms, found.parity, found.refused, run, model, mapped, inputs)


def open_cascade(
    stages: Mapping[str, StageForms],
    temperatures: Mapping[str, float],
    thresholds: Thresholds,
    engine_of: Callable[[StageForms], Engine],
) -> Cascade:
    """The cascade of the stages' networks, without a bundle.

    Args:
        stages: ``gate`` and, if there is one, ``classifier``.
        temperatures: Temperature of each stage.
        thresholds: Thresholds of both stages.
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


def rung_engine(rung: Rung) -> Callable[[StageForms], Engine]:
    """A function that opens a stage's network in one form."""
    return lambda stage: open_engine(stage.forms[rung])


def tflite_metrics(figures: Mapping[Rung, Any]) -> dict[Precision, Any]:
    """The values of TFLite's forms by precision, as in the manifest."""
    return {rung.precision: found for rung, found in figures.items() if rung.format == "tflite"}
