"""What every rung says of a split, and which of them lose too much by it."""

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
"""What every rung says of a split, by tile and by frame."""


@dataclass(frozen=True, slots=True, eq=False)
class RungLogits:
    """What the networks of every rung say of a split.

    Attributes:
        logits: By rung and stage.
        refused: The rungs that do not run, with the engine's reason.
    """

    logits: Mapping[Rung, Mapping[str, Logits]]
    refused: Refusals


def run_rungs(
    stages: Mapping[str, StageForms],
    rungs: Sequence[Rung],
    split: SplitInputs,
    progress: ExportProgress,
) -> RungLogits:
    """Run the networks of every rung on a split.

    Args:
        stages: The networks in all forms.
        rungs: Those that still stand.
        split: Read.
        progress: Shows how it goes.

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
    """Every rung's figures of a split, against float32 TFLite's.

    One that is worse is refused, but for int8 TFLite, of which the caller decides.

    Args:
        scored: What each rung says of the split.
        own: What the networks' own items are.
        unit: What the decision is judged on.
        margins: By how much figures may fall.
        split: Its name.
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
    """The noisiest layer of the stage of the worst figure, for people; empty where none is worse.

    Of the decision, that of the noisier stage.
    """
    worst = worst_of(differences)
    if worst is None:
        return ""
    stage = worst.stage
    if stage not in layers:
        stage = min(layers, key=lambda name: layers[name][-1].sqnr_db)
    return f"in the {stage} {noisiest_layer_text(layers[stage])}"
