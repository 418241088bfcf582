"""A trained run in both precisions, and the cascade that they make before there is a bundle."""

from __future__ import annotations

from collections.abc import Mapping

from edge.bundle.evidence import PRECISIONS, Precision, Thresholds
from edge.cascade import Cascade
from edge.engines.base import open_engine
from edge.models.classifier import Classifier
from edge.models.gate import Gate
from export.calibration import representative_inputs
from export.maps import with_map
from export.parity import CHECKED, require_same
from export.progress import Progress
from export.tflite import convert, quantize
from train.data.sample import DataSet
from train.finished_run import Run

Forms = Mapping[Precision, bytes]
"""One network as TFLite, by precision."""


def shrink(run: Run, data: DataSet, progress: Progress) -> Forms:
    """Convert a run's network to float32 and to int8 TFLite, calibrated on train.

    Raises:
        DataError: The train split is empty, or lacks a class that the network names.
        ExportGateError: The float32 file does not compute what Keras computes.
        TrainingError: The network cannot be loaded.
    """
    progress.start(f"{run.card.network}: reading calibration regions")
    inputs = representative_inputs(data, run.geometry, names_classes=run.card.task != "binary")
    progress.start(f"{run.card.network}: converting to float32")
    model = run.load()
    mapped = with_map(model) if run.card.task != "binary" else model
    whole = convert(mapped)
    require_same(model, whole, inputs[:CHECKED], f"{run.folder} converted to TFLite")
    progress.start(f"{run.card.network}: quantizing to int8")
    return {"float32": whole, "int8": quantize(mapped, inputs)}


def open_cascades(
    stages: Mapping[str, tuple[Run, Forms]], temperatures: Mapping[str, float]
) -> dict[Precision, Cascade]:
    """A cascade in each precision, for scores alone: thresholds are not chosen yet.

    Args:
        stages: Runs and their networks: ``gate``, and ``classifier`` where there is one.
        temperatures: Of each, in either precision.
    """

    def open_one(precision: Precision) -> Cascade:
        models = {
            name: (
                open_engine(forms[precision]),
                run.geometry,
                run.card.outputs,
                run.card.activation,
                temperatures[name],
            )
            for name, (run, forms) in stages.items()
        }
        return Cascade(
            Gate(*models["gate"]),
            Classifier(*models["classifier"]) if "classifier" in models else None,
            classes=stages["gate"][0].card.classes,
            gate_threshold=0.0,
            decision_threshold=0.0,
        )

    return {precision: open_one(precision) for precision in PRECISIONS}


def with_thresholds(cascade: Cascade, thresholds: Thresholds) -> Cascade:
    """The same networks, which can now give a verdict."""
    return Cascade(
        cascade.gate,
        cascade.classifier,
        classes=cascade.classes,
        gate_threshold=thresholds.gate.value,
        decision_threshold=thresholds.decision.value,
    )
