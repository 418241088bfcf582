"""All that is chosen on val: remedies, temperatures, thresholds, and which rungs go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import RenderableType

from edge.bundle.drift_reference import Drift
from edge.bundle.manifest_parts import (
    FigureDifference,
    Thresholds,
    Unit,
)
from edge.core.errors import ExportGateError
from edge.vision.psi import Floats
from export.choose.drift_reference import drift_reference, measure_train
from export.choose.form_tables import bought_table
from export.choose.thresholds import choose_thresholds
from export.compare.cascade_comparison import (
    Split,
    judge_rungs,
    score_rungs,
    to_blame,
)
from export.compare.evidence import (
    RungEvidence,
    first_evidence,
    leave_out_too_large,
    standing,
)
from export.compare.non_inferiority import comparison_table, require_held
from export.convert.cascade_forms import StageForms, shrink
from export.convert.forms import (
    EXACT,
    REQUIRED,
    Rung,
)
from export.convert.quantization import layers_of
from export.mitigate.base import RemedyResult
from export.mitigate.cascade import remedied
from export.progress import ExportProgress
from export.score.extra_val import sources, widened
from export.score.frame_sizes import frame_sizes
from export.score.golden_frames import draw_golden_frames
from export.score.input_checks import VAL
from export.score.keras_parity import FLOAT_WITHIN, end_to_end
from export.score.latency import latencies
from export.score.layer_noise import (
    TRACED,
    LayerError,
    trace,
)
from export.score.split_scores import (
    SplitScores,
    gate_scores,
    judged,
    read_split,
)
from export.score.temperature import fit_temperatures
from export.settings import ExportSettings
from train.data.sample import DataSet
from train.regions.finished import Run


@dataclass(frozen=True, slots=True, eq=False)
class ChosenOnVal:
    """What was chosen on val, and why.

    Attributes:
        stages: The networks in all forms.
        proofs: Of every rung that was wanted.
        temperatures: Of the networks, by stage.
        thresholds: Of both.
        own: What the networks' own items are.
        unit: What the decision is judged on.
        val: The split.
        scored: What every rung says of it.
        layers: What quantizing costs at each layer of int8 TFLite, by stage.
        bought: What remedies did.
        drift: What a device measures drift against.
        sources: Where all data is from that had a say, in a line.
    """

    stages: Mapping[str, StageForms]
    proofs: Mapping[Rung, RungEvidence[FigureDifference]]
    temperatures: Mapping[str, float]
    thresholds: Thresholds
    own: Unit
    unit: Unit
    val: SplitScores
    scored: Split
    layers: Mapping[str, Sequence[LayerError]]
    bought: Sequence[RemedyResult]
    drift: Drift
    sources: str


def choose(
    order: ExportSettings,
    runs: Mapping[str, Run],
    data: DataSet,
    progress: ExportProgress,
    show: Callable[[RenderableType], None],
    more: Sequence[DataSet] = (),
) -> ChosenOnVal:
    """Shrink, and make every choice that val can make.

    Args:
        order: What is wanted.
        runs: Of the gate and, where there is one, the classifier.
        data: What they were trained on.
        progress: Shows how it goes.
        show: Given what remedies did, and int8 against float before it is judged.
        more: Data sets whose val images are chosen on besides.

    Raises:
        ConfigError: ``more`` cannot be chosen on; see ``export.score.extra_val.widened``.
        DataError: Train lacks a class, or val has no item of a kind.
        ExportGateError: Int8 TFLite is worse than float on val, or float32 TFLite does not compute
            what Keras computes.
        ImageError: An image cannot be read.
        MissingExtraError: The converter to ONNX is not installed.
        TrainingError: A run's network cannot be loaded.
    """
    wide = widened(data, more, list(runs.values()))
    train = measure_train(data, progress)
    greys: list[Floats] = []
    geometries = [run.geometry for run in runs.values()]
    index = train.index
    val = read_split(
        wide, VAL, geometries, progress, look=lambda pixels: greys.append(index.shares(pixels))
    )
    stages, bought = {}, []
    for name, run in runs.items():
        stages[name] = shrink(run, data, progress, order.rungs)
        if order.remedies:
            stages[name], found = remedied(name, stages[name], order.remedies, data, val, progress)
            bought += found
    proofs = first_evidence(stages, order.rungs)
    leave_out_too_large(proofs)
    logits = score_rungs(stages, proofs, val, progress)
    temperatures = fit_temperatures(runs, logits[REQUIRED], val, data.classes)
    own: Unit = "tile" if runs["gate"].geometry.region else "frame"
    unit: Unit = order.unit if runs["gate"].geometry.region else "frame"
    said = judged(val, runs, logits[REQUIRED], temperatures, data.classes)
    thresholds = choose_thresholds(said[unit], order.risk, unit=unit)
    scored = {
        rung: judged(val, runs, found, temperatures, data.classes, thresholds)
        for rung, found in logits.items()
    }
    progress.start("finding what quantizing costs at each layer")
    layers = {
        name: trace(
            stage.forms[EXACT],
            stage.forms[REQUIRED],
            val.some(stage.run.geometry, TRACED),
            layers_of(stage.mapped),
        )
        for name, stage in stages.items()
    }
    progress.start("comparing every rung with float32 on val")
    judge_rungs(proofs, scored, own, unit, order, VAL)
    differences = proofs[REQUIRED].differences[VAL]
    if bought:
        show(bought_table(bought))
    show(comparison_table(differences, VAL, order.margins))
    require_held(differences, VAL, what=str(REQUIRED), why=to_blame(differences, layers))
    chosen = ChosenOnVal(
        stages,
        proofs,
        temperatures,
        thresholds,
        own,
        unit,
        val,
        scored,
        layers,
        bought,
        drift_reference(
            train,
            greys,
            val,
            np.where(
                val.beyond,
                np.float32(0),
                gate_scores(runs["gate"], logits[REQUIRED]["gate"], temperatures["gate"]),
            ),
        ),
        sources(runs.values(), more),
    )
    _hold_against_keras(chosen, order, data, progress)
    for name, stage in stages.items():
        forms = {rung: stage.forms[rung] for rung in standing(proofs)}
        for rung, latency in latencies(forms, stage.inputs, progress, name).items():
            proofs[rung].latency[name] = latency
    return chosen


def _hold_against_keras(
    chosen: ChosenOnVal, order: ExportSettings, data: DataSet, progress: ExportProgress
) -> None:
    """Score golden frames from their files on, in Keras and in every rung.

    A float32 rung that scores otherwise is refused.

    Raises:
        ExportGateError: Float32 TFLite scores otherwise.
    """
    stages, proofs = chosen.stages, chosen.proofs
    progress.start("scoring golden frames in Keras and in every rung")
    frames = draw_golden_frames(order.golden, frame_sizes(stages["gate"].run.geometry, data))
    found = end_to_end(stages, standing(proofs), chosen.temperatures, chosen.thresholds, frames)
    for rung, difference in found.items():
        proofs[rung].end_to_end = difference
        if rung.precision != "float32" or difference <= FLOAT_WITHIN:
            continue
        words = f"it scores golden frames {difference:.1e} off Keras; {FLOAT_WITHIN:g} is allowed"
        if rung == EXACT:
            raise ExportGateError(
                f"float32 TFLite is not what was trained: {words}; nothing was written",
                "The network uses an operation that does not convert; use one of millsight's",
            )
        proofs[rung].refused = words
