"""Scores of a split through the deployed code: the cascade, the engine, the region grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.bundle.evidence import Precision
from edge.cascade import Cascade
from export.regions import Region, by_frame
from train.task import Task


@dataclass(frozen=True, slots=True)
class SplitScores:
    """Scores of n regions in one precision, the gate hiding none.

    Attributes:
        gate: The gate's probability of a defect, [n].
        classes: The classifier's, [n, classes]; None where there is no classifier.
        none: The classifier's probability of none, [n]; None likewise.
        decision: What is held against the decision threshold, [n].
    """

    gate: NDArray[np.float32]
    classes: NDArray[np.float32] | None
    none: NDArray[np.float32] | None
    decision: NDArray[np.float32]


def score_regions(
    cascades: Mapping[Precision, Cascade],
    regions: Sequence[Region],
    advance: Callable[[], None] = lambda: None,
) -> dict[Precision, SplitScores]:
    """Score regions with several cascades, each image read once; ``advance`` after each image.

    Raises:
        ImageError: An image cannot be read.
    """
    parts: dict[Precision, list[SplitScores]] = {name: [] for name in cascades}
    for pixels, members in by_frame(regions):
        places = [region.place for region in members]
        for name, cascade in cascades.items():
            judged = cascade.judge(pixels)
            classes = judged.classes
            parts[name].append(
                SplitScores(
                    judged.gate[places],
                    classes.classes[places] if classes else None,
                    classes.none[places] if classes else None,
                    judged.decision[places],
                )
            )
        advance()
    return {name: _joined(scores) for name, scores in parts.items()}


def _joined(parts: list[SplitScores]) -> SplitScores:
    def join(field: str) -> NDArray[np.float32] | None:
        columns = [getattr(part, field) for part in parts]
        return None if columns[0] is None else np.concatenate(columns)

    gate, decision = join("gate"), join("decision")
    assert gate is not None
    assert decision is not None
    return SplitScores(gate, join("classes"), join("none"), decision)


def right_answers(
    scores: SplitScores,
    labels: NDArray[np.bool_],
    *,
    gate_threshold: float,
    decision_threshold: float,
    task: Task | None,
) -> dict[str, NDArray[np.bool_]]:
    """Whether each answer is right, [n], for ``gate``, ``classifier`` and ``decision``.

    The gate alone answers at one half. The classifier answers with its likeliest output; where an
    item shows several classes, any of them is right. The decision is the cascade's verdict at both
    thresholds.

    Args:
        scores: Of the regions.
        labels: Which classes each region shows, [n, classes].
        gate_threshold: Below it a region is called clean.
        decision_threshold: From it on a region is called defective.
        task: The classifier's; None where there is none.
    """
    defective = np.asarray(labels.any(axis=1))
    verdict = (scores.gate >= gate_threshold) & (scores.decision >= decision_threshold)
    right = {"gate": (scores.gate >= 0.5) == defective}
    if task is not None:
        assert scores.classes is not None
        assert scores.none is not None
        outputs = scores.classes
        if task.outputs[0] == "none":
            outputs = np.column_stack([scores.none, scores.classes])
        right["classifier"] = task.right(outputs.astype(np.float64), labels)
    return right | {"decision": verdict == defective}
