"""Scores of every form on a split, and the forms that lose too much."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edge.bundle.manifest_parts import FigureDifference, Unit
from edge.core.errors import EngineError
from export.compare.evidence import Refusals, SplitComparison
from export.compare.non_inferiority import (
    compare,
    loss_text,
    worst_of,
)
from export.convert.cascade_forms import StageForms
from export.convert.forms import (
    EXACT,
    REQUIRED,
    Rung,
)
from export.progress import ExportProgress
from export.score.layer_noise import LayerError, noisiest_layer_text
from export.score.split_scores import (
    Logits,
    SplitInputs,
    logits_of,
)
from export.score.stage_answers import stage_answers, stage_figures
from export.settings import Margins
from train.evaluate.scored import Scored

_LOG = logging.getLogger(__name__)
RungScores = Mapping[Rung, Mapping[Unit, Scored]]
"""Scores of a split by form, then by tile and frame."""


@dataclass(frozen=True, slots=True, eq=False)
class RungLogits:
    """Logits of every form on a split.

    Attributes:
        logits: By form and stage.
        refused: Forms that do not run, with the engine's reason.
    """

    logits: Mapping[Rung, Mapping[str, Logits]]
    refused: Refusals


def run_rungs(
    stages: Mapping[str, StageForms],
    rungs: Sequence[Rung],
    split: SplitInputs,
    progress: ExportProgress,
) -> RungLogits:
    """Run the networks of every form on a split.

    Args:
        stages: The networks in all forms.
        rungs: Forms that are not refused.
        split: The split's inputs.
        progress: Receives progress.

    Raises:
        EngineError: Float32 or int8 TFLite does not run.
    """
    logits: dict[Rung, dict[str, Logits]] = {}
    refused: dict[Rung, str] = {}
    for rung in rungs:
        try:
            logits[rung] = {
                name: logits_of(
                    stage.forms[rung],
                    split.inputs[stage.run.geometry],
                    progress,
                    f"scoring {split.name}: {name}, {rung}",
                )
                for name, stage in stages.items()
            }
        except EngineError as error:
            if rung in {EXACT, REQUIRED}:
                raise
            refused[rung] = error.what
            _LOG.info("%s does not run on %s: %s", rung, split.name, error.what)
    return RungLogits(logits, refused)


def compare_rungs(
    scored: RungScores, own: Unit, unit: Unit, margins: Margins, split: str
) -> SplitComparison[FigureDifference]:
    """Figures of every form on a split, compared with float32 TFLite.

    A form that is worse is refused, except int8 TFLite, which the caller decides on.

    Args:
        scored: Scores of the split by form.
        own: Unit of the networks' own items.
        unit: Unit of the decision.
        margins: Non-inferiority margins.
        split: Name of the split.
    """
    answers = {
        rung: stage_answers(of_rung[own], of_rung[unit], own=own, unit=unit)
        for rung, of_rung in scored.items()
    }
    differences = {
        rung: compare(answers[EXACT], stages, margins)
        for rung, stages in answers.items()
        if rung != EXACT
    }
    words = {rung: loss_text(found, split) for rung, found in differences.items()}
    for rung, reason in words.items():
        _LOG.info("%s on %s: %s", rung, split, reason or "held")
    losses = {rung: reason for rung, reason in words.items() if rung != REQUIRED}
    return SplitComparison(
        differences,
        {rung: reason for rung, reason in losses.items() if reason is not None},
        {
            rung: {name: stage_figures(stage) for name, stage in stages.items()}
            for rung, stages in answers.items()
        },
    )


def noisiest_layer_of_worst(
    differences: Sequence[FigureDifference], layers: Mapping[str, Sequence[LayerError]]
) -> str:
    """The noisiest layer of the stage with the worst figure, as text; empty if none is worse.

    For the decision, the stage with more noise is taken.
    """
    worst = worst_of(differences)
    if worst is None:
        return ""
    stage = worst.stage
    if stage not in layers:
        stage = min(layers, key=lambda name: layers[name][-1].sqnr_db)
    return f"in the {stage} {noisiest_layer_text(layers[stage])}"
