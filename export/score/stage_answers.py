"""Each stage's answers to the holdout: over which items a figure is taken, and which are right."""

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
    """What one figure counts.

    Attributes:
        items: Which items it is taken over, [n] bool.
        right: Which of all items are right in its sense, [n] bool.
    """

    items: NDArray[np.bool_]
    right: NDArray[np.bool_]

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Whether each of the figure's own items is right."""
        return self.right[self.items]


@dataclass(frozen=True, slots=True)
class StageAnswers:
    """One stage in one precision.

    Attributes:
        unit: What an item is.
        figures: Answers by the figure's name: accuracy, and recall of none and of each class.
        scores: How surely each item shows a defect, [n].
        defective: Which do, [n] bool.
        groups: Near-duplicates share one, [n].
    """

    unit: Unit
    figures: Mapping[str, Answers]
    scores: NDArray[np.float32]
    defective: NDArray[np.bool_]
    groups: NDArray[np.str_]


def stage_answers(
    tiles: Scored, judged: Scored, *, own: Unit, unit: Unit
) -> dict[str, StageAnswers]:
    """Answers of ``gate``, ``classifier`` where there is one, and ``decision``.

    The networks are held against what they learnt from: the gate alone, at one half, and the
    classifier alone. The decision is the cascade's verdict on what the thresholds were chosen for.
    Int8 and float are judged at the same thresholds, which were chosen on int8's scores, because
    those are the ones that are deployed: float's own best could lie elsewhere.

    Args:
        tiles: The networks' items.
        judged: What the cascade gives verdicts on: the same, or frames.
        own: What ``tiles`` are: frames where the networks see whole ones.
        unit: What ``judged`` are.
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
    """A stage's figures for the manifest. Intervals are bootstrapped over groups."""
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
