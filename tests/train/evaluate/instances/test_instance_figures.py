"""The figures that are printed, from what was found."""

from __future__ import annotations

import json

import numpy as np
import pytest

from edge.vision.instances.rules import ClassRule
from tests.train.evaluate.instances.made import CLASSES, found, label, sample, scattered
from train.evaluate.instances.instance_figures import (
    figures_of,
    instance_differences,
    instance_figures,
)
from train.evaluate.instances.matched_instances import match_instances

RULES = (ClassRule(0.5, 4), ClassRule(0.5, 4))
OUTLINES = ("mask_ap", "mask_ap50", "mask_ap75", "dice", "dice_foreground", "foreground_miou")


def test_by_hand() -> None:
    samples = [
        sample(label(0, 0, 0, 8, 8), group="g"),
        sample(label(1, 20, 0, 8, 8), group="h"),
        sample(group="i"),
    ]
    seen = [
        [found(0, 0.9, 0, 0, 8, 8)],
        [found(1, 0.3, 20, 0, 8, 8)],
        [found(0, 0.8, 0, 0, 1, 3)],
    ]
    figures = instance_figures(seen, samples, CLASSES, RULES)
    assert (figures["n"], figures["n_frames"], figures["n_groups"]) == (2, 3, 3)
    assert figures["box_ap50"] == figures["mask_ap50"] == pytest.approx(1.0)
    # The second is below its rule's score, the false one below its area.
    assert figures["dice"] == pytest.approx(5 / 6)
    assert figures["dice_foreground"] == figures["foreground_miou"] == 0.5
    assert figures["detections"]["iou50"]["recall"] == 0.5
    assert figures["detections"]["touching"]["false_alarms_per_frame"] == 0.0
    assert figures["cascade"] is None
    missed = figures["per_class"]["b"]
    assert (missed["n"], missed["recall"], missed["iou"]) == (1, 0.0, 0.0)
    assert missed["rule"] == {"score": 0.5, "min_area_px": 4}


def test_pieces_are_joined_as_beside_the_line() -> None:
    samples, seen = (
        [sample(label(0, 0, 0, 8, 8))],
        [[found(0, 0.9, 0, 0, 4, 8), found(0, 0.8, 4, 0, 4, 8)]],
    )
    figures = instance_figures(seen, samples, CLASSES, RULES)
    assert figures["detections"]["iou50"]["recall"] == 1.0
    assert figures["detections"]["iou50"]["precision"] == 1.0


def test_what_run_would_outline_stands_beside_it() -> None:
    samples, seen = [sample(label(0, 0, 0, 8, 8))], [[found(0, 0.9, 0, 0, 8, 8)]]
    judged = match_instances(seen, samples, CLASSES, RULES, as_run=[[]])
    figures = figures_of(judged)
    assert figures["detections"]["iou50"]["recall"] == 1.0
    assert figures["cascade"]["iou50"]["recall"] == figures["cascade"]["touching"]["recall"] == 0.0


def test_without_rules_candidates_alone_are_judged() -> None:
    figures = instance_figures(*reversed(scattered(0)), CLASSES, intervals=False)
    assert figures["mask_ap50"] > 0
    assert figures["dice"] is figures["detections"] is figures["per_class"]["a"]["rule"] is None
    assert "box_ap50_interval" not in figures


@pytest.mark.parametrize(("labelled", "outlined"), [(False, True), (True, False), (False, False)])
def test_boxes_alone_have_no_figures_of_outlines(labelled: bool, outlined: bool) -> None:
    samples = [sample(label(0, 0, 0, 8, 8, mask=labelled))]
    figures = instance_figures(
        [[found(0, 0.9, 0, 0, 8, 8, mask=outlined)]], samples, CLASSES, RULES
    )
    assert [name for name in OUTLINES if figures[name] is not None] == []
    assert figures["mask_ap50_interval"] is None
    assert figures["box_ap50"] == pytest.approx(1.0)
    assert figures["detections"]["iou50"]["recall"] == 1.0


MANY = [found(0, 0.9, i % 30, i % 9, 8, 8) for i in range(1000)]
EMPTY = np.zeros((8, 8), np.bool_)


@pytest.mark.parametrize(
    ("samples", "seen"),
    [
        ([], []),
        ([sample()], [[]]),
        ([sample()], [[found(0, 0.9, 0, 0, 8, 8)]]),
        ([sample(label(0, 0, 0, 8, 8))], [[]]),
        ([sample(label(0, 0, 0, 8, 8))], [[found(0, 0.9, 0, 0, 8, 8, mask=EMPTY)]]),
        ([sample(label(0, 0, 0, 8, 8, mask=False))], [[]]),
        ([sample(label(0, 0, 0, 8, 8))], [[found(2, 0.9, 0, 0, 8, 8)]]),
        (
            [sample(label(0, 0, 0, 8, 8))],
            [[found(0, 0.9, i % 30, i % 9, 8, 8) for i in range(999)]],
        ),
    ],
)
def test_whatever_is_labelled_and_found_is_plain_json_without_a_nan(samples, seen) -> None:
    figures = instance_figures(seen, samples, CLASSES, (*RULES, ClassRule(0.5, 4)))
    text = json.dumps(figures, allow_nan=False)
    assert json.loads(text)["per_class"]["b"]["box_ap50"] is None


def test_two_are_compared_on_the_same_items() -> None:
    samples, seen = scattered(0, 40)
    one = match_instances(seen, samples, CLASSES)
    fewer = match_instances([things[1:] for things in seen], samples, CLASSES)
    pair = instance_differences(one, fewer)
    for kind in ("box_ap50", "mask_ap50"):
        low, high = pair[kind]["difference_interval"]
        assert 0 < low < pair[kind]["difference"] < high
    boxes = [[found(0, 0.9, 0, 0, 8, 8, mask=False)] for _ in samples]
    assert instance_differences(one, match_instances(boxes, samples, CLASSES))["mask_ap50"] is None
