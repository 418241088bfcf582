"""Figures of instances, for ``millsight evaluate`` and for evaluation during training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from edge.vision.instances.found_instance import FoundInstance
from edge.vision.instances.rules import ClassRule
from train.data.sample import Sample
from train.data.tiles import Tile
from train.evaluate.instances.coco import Matched
from train.evaluate.instances.detections import CRITERIA, IOU50, detect
from train.evaluate.instances.dice import competition_dice, foreground_dice
from train.evaluate.instances.intervals import ap50_difference, ap50_interval
from train.evaluate.instances.matched_instances import MatchedInstances, match_instances
from train.evaluate.instances.overlap import class_iou, foreground_miou
from train.evaluate.instances.pixels import count_pixels


def instance_figures(
    found: Sequence[Sequence[FoundInstance]],
    samples: Sequence[Sample | Tile],
    classes: Sequence[str],
    rules: Sequence[ClassRule] | None = None,
    *,
    intervals: bool = True,
) -> dict[str, Any]:
    """The figures of candidates on samples; see ``match_instances`` and ``figures_of``."""
    return figures_of(match_instances(found, samples, classes, rules), intervals=intervals)


def figures_of(judged: MatchedInstances, *, intervals: bool = True) -> dict[str, Any]:
    """Average precision of candidates, and detection figures at the rules.

    Mask figures are null if no label or no prediction has a mask; average precision is null without
    labels; figures at the rules are null without rules. ``dice`` counts a pair of frame and class
    that is empty on both sides as 1; ``dice_foreground`` takes only labelled pairs. In all of them
    the model sees every frame; ``cascade`` is restricted to what ``run`` would outline.

    Args:
        judged: Candidates matched with labels.
        intervals: Whether to bootstrap 95 % intervals of AP50.

    Returns:
        Plain values for JSON.
        Plain values for JSON.
    """
    labelled = np.bincount(
        [t.class_index for frame in judged.frames for t in frame.truths if not t.ignored],
        minlength=len(judged.classes),
    ).tolist()
    matched = {"box": judged.boxes, "mask": judged.masks}
    figures: dict[str, Any] = {
        "n": sum(labelled),
        "n_frames": len(judged.frames),
        "n_groups": len(np.unique(judged.groups)),
    }
    for kind, one in matched.items():
        figures |= _average_precision(kind, one)
        if intervals:
            figures[f"{kind}_ap50_interval"] = one and ap50_interval(one, judged.groups)
    outlines, each_outlined = _outlines(judged)
    detections, each_detected = _detections(judged)
    figures |= outlines | detections
    figures["per_class"] = {
        name: {
            "n": labelled[i],
            **_average_precision("box", judged.boxes, i),
            **_average_precision("mask", judged.masks, i),
            **each_outlined[i],
            **each_detected[i],
        }
        for i, name in enumerate(judged.classes)
    }
    return figures


def instance_differences(judged: MatchedInstances, other: MatchedInstances) -> dict[str, Any]:
    """Differences of AP50 between two models on the same items, with 95 % intervals.

    Returns:
        ``box_ap50`` and ``mask_ap50``, each {``difference``, ``difference_interval``}, or null if
        either model lacks the figure.
    """
    differences: dict[str, Any] = {}
    for kind, mine, theirs in (
        ("box", judged.boxes, other.boxes),
        ("mask", judged.masks, other.masks),
    ):
        pair = mine and theirs and ap50_difference(mine, theirs, judged.groups)
        differences[f"{kind}_ap50"] = pair and {
            "difference": pair[0],
            "difference_interval": pair[1],
        }
    return differences


def _average_precision(
    kind: str, matched: Matched | None, class_index: int | None = None
) -> dict[str, float | None]:
    values = matched.figures(class_index) if matched else dict.fromkeys(("ap50", "ap75", "ap"))
    return {f"{kind}_{name}": value for name, value in values.items()}


def _outlines(judged: MatchedInstances) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Dice and IoU over all classes, and of each class."""
    if judged.settled is None or judged.masks is None:
        empty: dict[str, Any] = dict.fromkeys(("dice", "dice_foreground", "iou"))
        whole: dict[str, Any] = dict.fromkeys(("dice", "dice_foreground", "foreground_miou"))
        return whole, [empty for _ in judged.classes]
    counts = count_pixels(judged.settled, judged.frames, len(judged.classes))
    whole = {
        "dice": competition_dice(counts),
        "dice_foreground": foreground_dice(counts),
        "foreground_miou": foreground_miou(counts),
    }
    return whole, [
        {
            "dice": competition_dice(counts, i),
            "dice_foreground": foreground_dice(counts, i),
            "iou": class_iou(counts, i),
        }
        for i in range(len(judged.classes))
    ]


def _detections(judged: MatchedInstances) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Recall and false alarms at the rules, over all classes and of each class."""
    whole: dict[str, Any] = {"detections": None, "cascade": None}
    if judged.as_run is not None:
        whole["cascade"] = {
            by: detect(judged.as_run, judged.frames, by).figures() for by in CRITERIA
        }
    if judged.settled is None or judged.rules is None:
        empty: dict[str, Any] = dict.fromkeys(("recall", "false_alarms_per_frame", "rule"))
        return whole, [empty for _ in judged.classes]
    found = {by: detect(judged.settled, judged.frames, by) for by in CRITERIA}
    whole["detections"] = {by: detections.figures() for by, detections in found.items()}
    return whole, [
        found[IOU50].class_figures(i)
        | {"rule": {"score": rule.score, "min_area_px": rule.min_area_px}}
        for i, rule in enumerate(judged.rules[: len(judged.classes)])
    ]
