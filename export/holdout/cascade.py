"""Evaluation of the cascade's forms on the holdout, which is opened once for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge.bundle.manifest_parts import FigureDifference, StageFigures
from edge.core.errors import ExportGateError
from export.choose.on_val import ChosenOnVal
from export.compare.cascade_comparison import (
    RungScores,
    compare_rungs,
    noisiest_layer_of_worst,
    run_rungs,
)
from export.compare.evidence import RungEvidence, packable_rungs, with_split
from export.compare.non_inferiority import require_held
from export.convert.forms import (
    EXACT,
    REQUIRED,
    Rung,
)
from export.progress import ExportProgress
from export.score.input_checks import HOLDOUT
from export.score.split_scores import (
    SplitInputs,
    read_split,
    score_split,
)
from export.settings import ExportSettings
from train.data.sample import DataSet
from train.regions.finished import Run

REPRODUCED_WITHIN = 0.005
"""Largest difference of the float network's accuracy from its card: half a point."""


@dataclass(frozen=True, slots=True, eq=False)
class HoldoutResult:
    """Results on the holdout.

    Attributes:
        split: Inputs of the holdout.
        scored: Scores of the holdout, by form.
        evidence: Evidence of every form on val and holdout.
    """

    split: SplitInputs
    scored: RungScores
    evidence: Mapping[Rung, RungEvidence[FigureDifference]]

    @property
    def packed(self) -> list[Rung]:
        """Forms to pack."""
        return packable_rungs(self.evidence)


def evaluate_on_holdout(
    chosen: ChosenOnVal,
    settings: ExportSettings,
    runs: Mapping[str, Run],
    data: DataSet,
    progress: ExportProgress,
) -> HoldoutResult:
    """Evaluate every form that is not refused; refuse those that are worse.

    Args:
        chosen: Choices on val.
        settings: The export's settings.
        runs: Runs of the stages.
        data: Their training data.
        progress: Receives progress.

    Raises:
        ExportGateError: A run's float network does not reproduce its card's accuracy.
        ImageError: An image cannot be read.
    """
    split = read_split(data, HOLDOUT, [run.geometry for run in runs.values()], progress)
    found = run_rungs(chosen.stages, packable_rungs(chosen.evidence), split, progress)
    scored = {
        rung: score_split(split, runs, logits, chosen.temperatures, data.classes, chosen.thresholds)
        for rung, logits in found.logits.items()
    }
    progress.start("comparing every form with float32 on the holdout")
    comparison = compare_rungs(scored, chosen.own, chosen.unit, settings.margins, HOLDOUT)
    for stage, run in runs.items():
        _check_reproduced(run, comparison.figures[EXACT][stage])
    refused = {**comparison.refused, **found.refused}
    return HoldoutResult(split, scored, with_split(chosen.evidence, HOLDOUT, comparison, refused))


def require_int8(judged: HoldoutResult, chosen: ChosenOnVal) -> None:
    """Check that int8 TFLite held on the holdout.

    Raises:
        ExportGateError: It is worse.
    """
    differences = judged.evidence[REQUIRED].differences[HOLDOUT]
    require_held(
        differences,
        "the holdout",
        what=str(REQUIRED),
        why=noisiest_layer_of_worst(differences, chosen.layers),
    )


def _check_reproduced(run: Run, figures: StageFigures) -> None:
    """Check that the deployed code reproduces training's figure on the same pixels and split.

    On a small holdout one item is more than half a point, and rounding may change one item.
    """
    card = run.card.figures.get(HOLDOUT)
    allowed = max(REPRODUCED_WITHIN, 1.5 / figures.n)
    if card and abs(card.accuracy - figures.accuracy) > allowed:
        raise ExportGateError(
            f"{run.folder} had {card.accuracy:.1%} on the holdout in training and has "
            f"{figures.accuracy:.1%} with the deployed code; nothing was written",
            "Use the training command's --data and --splits; the run's card.md has them",
        )
