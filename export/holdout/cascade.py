"""The holdout, opened once: every rung that val let through is judged on it in one pass."""

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
from export.compare.evidence import RungEvidence, standing, with_split
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
"""How far the float network's accuracy may lie from what its card says: half a point."""


@dataclass(frozen=True, slots=True, eq=False)
class HoldoutResult:
    """What the holdout said.

    Attributes:
        split: The holdout.
        scored: What every rung says of it.
        evidence: Of every rung, of val and of the holdout.
    """

    split: SplitInputs
    scored: RungScores
    evidence: Mapping[Rung, RungEvidence[FigureDifference]]

    @property
    def packed(self) -> list[Rung]:
        """The rungs that are packed."""
        return standing(self.evidence)


def judge(
    chosen: ChosenOnVal,
    settings: ExportSettings,
    runs: Mapping[str, Run],
    data: DataSet,
    progress: ExportProgress,
) -> HoldoutResult:
    """Judge every rung that still stands; one that is worse is refused from now on.

    Args:
        chosen: On val.
        settings: What is wanted.
        runs: Of the stages.
        data: What they were trained on.
        progress: Shows how it goes.

    Raises:
        ExportGateError: A run's float network is not as good as its card says.
        ImageError: An image cannot be read.
    """
    split = read_split(data, HOLDOUT, [run.geometry for run in runs.values()], progress)
    found = run_rungs(chosen.stages, standing(chosen.evidence), split, progress)
    scored = {
        rung: score_split(split, runs, logits, chosen.temperatures, data.classes, chosen.thresholds)
        for rung, logits in found.logits.items()
    }
    progress.start("comparing every rung with float32 on the holdout")
    comparison = compare_rungs(scored, chosen.own, chosen.unit, settings.margins, HOLDOUT)
    for stage, run in runs.items():
        _check_reproduced(run, comparison.figures[EXACT][stage])
    refused = {**comparison.refused, **found.refused}
    return HoldoutResult(split, scored, with_split(chosen.evidence, HOLDOUT, comparison, refused))


def require_int8(judged: HoldoutResult, chosen: ChosenOnVal) -> None:
    """Make sure that int8 TFLite held on the holdout.

    Raises:
        ExportGateError: It did not.
    """
    differences = judged.evidence[REQUIRED].differences[HOLDOUT]
    require_held(
        differences,
        "the holdout",
        what=str(REQUIRED),
        why=noisiest_layer_of_worst(differences, chosen.layers),
    )


def _check_reproduced(run: Run, figures: StageFigures) -> None:
    """The deployed path must reproduce training's figure: the same pixels, the same split.

    Of a small holdout one item is more than half a point, and one may fall otherwise by rounding.
    """
    card = run.card.figures.get(HOLDOUT)
    allowed = max(REPRODUCED_WITHIN, 1.5 / figures.n)
    if card and abs(card.accuracy - figures.accuracy) > allowed:
        raise ExportGateError(
            f"{run.folder} had {card.accuracy:.1%} on the holdout in training and has "
            f"{figures.accuracy:.1%} through the deployed path; nothing was written",
            "Give the --data and --splits of the training command; the run's card.md has it",
        )
