"""Right and wrong answers of each stage: the items of each figure, and which are right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.bundle.manifest_parts import StageFigures, Unit
from train.evaluate.metrics import auroc, auroc_interval, share, share_interval
from train.evaluate.scored import Scored

ACCURACY, AUROC = "accuracy", "AUROC"
RECALL = "recall of "


@dataclass(frozen=True, slots=True)
class Answers:
    """Items and right answers of one figure.

    Attributes:
        items: Items that the figure covers, [n] bool.
        right: Items, of all, that are right in its sense, [n] bool.
    """

    items: NDArray[np.bool_]
    right: NDArray[np.bool_]

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Whether each item of the figure is right."""
        return self.right[self.items]


@dataclass(frozen=True, slots=True)
class StageAnswers:
    """Answers of one stage in one precision.

    Attributes:
        unit: Kind of item.
        figures: Answers by figure: accuracy, and recall of none and of each class.
        scores: Score for any defect of each item, [n].
        defective: Items that show a defect, [n] bool.
        groups: Group of near-duplicates of each item, [n].
    """

    unit: Unit
    figures: Mapping[str, Answers]
    scores: NDArray[np.float32]
    defective: NDArray[np.bool_]
    groups: NDArray[np.str_]


def stage_answers(
    tiles: Scored, judged: Scored, *, own: Unit, unit: Unit
) -> dict[str, StageAnswers]:
    """Answers of ``gate``, ``classifier`` if there is one, and ``decision``.

    The networks are evaluated on their training task: the gate alone, at one half, and the
    classifier alone. The decision is the cascade's verdict on the unit of the thresholds. Int8 and
    float use the same thresholds, chosen on int8's scores because these are deployed; float's best
    thresholds could differ.

    Args:
        tiles: Scores of the networks' items.
        judged: Scores of the items that get verdicts: the same, or frames.
        own: Unit of ``tiles``; frames if networks take whole frames.
        unit: Unit of ``judged``.
    """
    stages = {"gate": _binary(tiles, tiles.gate, tiles.gate >= np.float32(0.5), own)}
    if tiles.none is not None:
        stages["classifier"] = _classes(tiles, 1.0 - tiles.none, own)
    return stages | {"decision": _binary(judged, judged.decision, judged.verdicts, unit)}


def _binary(
    scored: Scored, scores: NDArray[np.float32], predicted: NDArray[np.bool_], unit: Unit
) -> StageAnswers:
    truth = scored.defective
    figures = {
        ACCURACY: Answers(np.ones(len(scored), np.bool_), predicted == truth),
        f"{RECALL}none": Answers(~truth, ~predicted),
        f"{RECALL}defect": Answers(truth, predicted),
    }
    return StageAnswers(unit, figures, scores, truth, scored.groups)


def _classes(scored: Scored, scores: NDArray[np.float32], unit: Unit) -> StageAnswers:
    right, predicted, present = scored.right, scored.predicted, scored.present
    assert right is not None
    assert predicted is not None
    figures = {ACCURACY: Answers(np.ones(len(scored), np.bool_), right)}
    for i, name in enumerate(("none", *scored.classes)):
        figures[f"{RECALL}{name}"] = Answers(present[:, i], predicted[:, i])
    return StageAnswers(unit, figures, scores, scored.defective, scored.groups)


def stage_figures(stage: StageAnswers) -> StageFigures:
    """A stage's figures for the manifest, with intervals bootstrapped over groups."""
    right = stage.figures[ACCURACY].right
    accuracy, interval = share(right), share_interval(stage.groups, right)
    assert accuracy is not None
    assert interval is not None
    return StageFigures(
        accuracy=accuracy,
        accuracy_interval=interval,
        auroc=auroc(stage.defective, stage.scores),
        auroc_interval=auroc_interval(stage.groups, stage.defective, stage.scores),
        n=len(right),
        unit=stage.unit,
        recall_per_class={
            name.removeprefix(RECALL): share(answers.counted)
            for name, answers in stage.figures.items()
            if name != ACCURACY
        },
    )
