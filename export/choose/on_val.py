"""All choices on val: mitigations, temperatures, thresholds, and the forms to keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType

from edge.bundle.drift_reference import Drift
from edge.bundle.manifest_parts import (
    FigureDifference,
    Thresholds,
    Unit,
)
from edge.vision.psi import Floats
from export.choose.drift_reference import TrainGrey, drift_reference, measure_train
from export.choose.form_tables import remedies_table
from export.choose.val_scores import ValScores, score_val
from export.compare.cascade_comparison import (
    RungLogits,
    RungScores,
    compare_rungs,
    noisiest_layer_of_worst,
    run_rungs,
)
from export.compare.evidence import (
    RungEvidence,
    SplitComparison,
    assemble,
    not_converted,
    not_refused,
    rung_files,
    too_large,
)
from export.compare.non_inferiority import comparison_table, require_held
from export.convert.cascade_forms import StageForms, convert_stage
from export.convert.forms import (
    REQUIRED,
    Rung,
)
from export.mitigate.base import RemedyResult
from export.mitigate.cascade import apply_remedies
from export.progress import ExportProgress
from export.score.extra_val import sources, with_extra_val
from export.score.frame_sizes import frame_sizes
from export.score.golden_frames import draw_golden_frames
from export.score.input_checks import VAL
from export.score.keras_parity import golden_differences, parity_refusals
from export.score.latency import stage_latencies
from export.score.layer_noise import LayerError, trace_stages
from export.score.split_scores import (
    SplitInputs,
    gate_scores,
    read_split,
)
from export.settings import ExportSettings
from train.data.sample import DataSet
from train.regions.finished import Run


@dataclass(frozen=True, slots=True, eq=False)
class ChosenOnVal:
    """The choices on val, with their evidence.

    Attributes:
        stages: The networks in all forms.
        evidence: Evidence of every requested form.
        temperatures: Temperatures of the networks, by stage.
        thresholds: Gate and decision threshold.
        own: Unit of the networks' own items.
        unit: Unit of the decision.
        val: Inputs of val.
        scored: Scores of val, by form.
        layers: Quantization noise of each layer of int8 TFLite, by stage.
        remedies: Mitigations that were tried.
        drift: The drift reference.
        sources: Sources of all data that was used, in one line.
    """

    stages: Mapping[str, StageForms]
    evidence: Mapping[Rung, RungEvidence[FigureDifference]]
    temperatures: Mapping[str, float]
    thresholds: Thresholds
    own: Unit
    unit: Unit
    val: SplitInputs
    scored: RungScores
    layers: Mapping[str, Sequence[LayerError]]
    remedies: Sequence[RemedyResult]
    drift: Drift
    sources: str


def choose(
    settings: ExportSettings,
    runs: Mapping[str, Run],
    data: DataSet,
    progress: ExportProgress,
    show: Callable[[RenderableType], None],
    more: Sequence[DataSet] = (),
) -> ChosenOnVal:
    """Convert the networks, and make every choice on val.

    Args:
        settings: The export's settings.
        runs: Runs of the gate and, if there is one, the classifier.
        data: Their training data.
        progress: Receives progress.
        show: Called with the mitigations, and with int8 against float before it is decided.
        more: Data sets whose val images are added to val.

    Raises:
        ConfigError: ``more`` cannot be used; see ``export.score.extra_val.with_extra_val``.
        DataError: Train lacks a class, or val lacks defective or clean items.
        ExportGateError: Int8 TFLite is worse than float on val, or float32 TFLite does not compute
            what Keras computes.
        ImageError: An image cannot be read.
        MissingExtraError: The converter to ONNX is not installed.
        TrainingError: A run's network cannot be loaded.
    """
    wide = with_extra_val(data, more, list(runs.values()))
    grey = measure_train(data, progress)
    val, greys = _read_val(wide, runs, grey, progress)
    stages, remedies = _convert(runs, data, val, settings, progress)
    files = rung_files(stages, settings.rungs)
    refused = not_converted(stages, settings.rungs)
    packable_rungs = not_refused(settings.rungs, refused)
    refused |= too_large({rung: files[rung].bytes for rung in packable_rungs})
    found = run_rungs(stages, not_refused(settings.rungs, refused), val, progress)
    refused |= found.refused
    scores = score_val(settings, runs, found.logits, val, data)
    layers = trace_stages(stages, val, progress)
    progress.start("comparing every form with float32 on val")
    comparison = compare_rungs(scores.scored, scores.own, scores.unit, settings.margins, VAL)
    _require_held(comparison, layers, remedies, settings, show)
    refused = {**comparison.refused, **refused}
    drift = drift_reference(grey, greys, val, _deployed_gate(runs["gate"], found, scores, val))
    end_to_end = golden_differences(
        stages,
        not_refused(settings.rungs, refused),
        scores.temperatures,
        scores.thresholds,
        draw_golden_frames(settings.golden, frame_sizes(runs["gate"].geometry, data)),
        progress,
    )
    refused |= parity_refusals(end_to_end)
    latency = stage_latencies(stages, not_refused(settings.rungs, refused), progress)
    return ChosenOnVal(
        stages=stages,
        evidence=assemble(files, refused, VAL, comparison, end_to_end=end_to_end, latency=latency),
        temperatures=scores.temperatures,
        thresholds=scores.thresholds,
        own=scores.own,
        unit=scores.unit,
        val=val,
        scored=scores.scored,
        layers=layers,
        remedies=remedies,
        drift=drift,
        sources=sources(runs.values(), more),
    )


def _read_val(
    data: DataSet, runs: Mapping[str, Run], grey: TrainGrey, progress: ExportProgress
) -> tuple[SplitInputs, list[Floats]]:
    """Val's tiles as network inputs, and the grey-level shares of its frames in train's bins."""
    greys: list[Floats] = []
    index = grey.index
    geometries = [run.geometry for run in runs.values()]
    val = read_split(
        data,
        VAL,
        geometries,
        progress,
        each_frame=lambda pixels: greys.append(index.shares(pixels)),
    )
    return val, greys


def _convert(
    runs: Mapping[str, Run],
    data: DataSet,
    val: SplitInputs,
    settings: ExportSettings,
    progress: ExportProgress,
) -> tuple[dict[str, StageForms], list[RemedyResult]]:
    """Every stage in all forms with the kept mitigations, and all that were tried."""
    stages: dict[str, StageForms] = {}
    tried: list[RemedyResult] = []
    for name, run in runs.items():
        stages[name] = convert_stage(run, data, progress, settings.rungs)
        if settings.remedies:
            stages[name], results = apply_remedies(
                name, stages[name], settings.remedies, data, val, progress
            )
            tried += results
    return stages, tried


def _require_held(
    comparison: SplitComparison[FigureDifference],
    layers: Mapping[str, Sequence[LayerError]],
    remedies: Sequence[RemedyResult],
    settings: ExportSettings,
    show: Callable[[RenderableType], None],
) -> None:
    """Show mitigations and int8 against float; refuse the export if int8 is worse.

    Raises:
        ExportGateError: Int8 is worse.
    """
    differences = comparison.differences[REQUIRED]
    if remedies:
        show(remedies_table(remedies))
    show(comparison_table(differences, VAL, settings.margins))
    why = noisiest_layer_of_worst(differences, layers)
    require_held(differences, VAL, what=str(REQUIRED), why=why)


def _deployed_gate(
    gate: Run, found: RungLogits, scores: ValScores, val: SplitInputs
) -> NDArray[np.float32]:
    """Scores of the deployed gate for every tile of val, 0 beyond the strip's edge, [tiles]."""
    scored = gate_scores(gate, found.logits[REQUIRED]["gate"], scores.temperatures["gate"])
    return np.where(val.past_edge, np.float32(0), scored)
