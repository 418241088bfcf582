"""Average precision, by hand and as the COCO library says with its own files."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from edge.core.rle import mask_to_coco
from tests.train.evaluate.instances.made import (
    CLASSES,
    HEIGHT,
    WIDTH,
    found,
    label,
    sample,
    scattered,
)
from train.evaluate.instances.coco import match
from train.evaluate.instances.regions import found_box
from train.evaluate.instances.truth import labelled_frames


def figures(samples, seen, *, masks=False, index=None):
    return match(seen, labelled_frames(samples), len(CLASSES), masks=masks).figures(index)


@pytest.mark.parametrize("masks", [True, False])
def test_what_is_found_exactly_has_an_ap_of_one(masks: bool) -> None:
    exact = figures([sample(label(0, 3, 4, 6, 6))], [[found(0, 0.3, 3, 4, 6, 6)]], masks=masks)
    assert exact == pytest.approx({"ap50": 1.0, "ap75": 1.0, "ap": 1.0})


def test_half_an_overlap_counts_at_one_half_alone() -> None:
    shifted = figures([sample(label(0, 3, 4, 10, 6))], [[found(0, 0.3, 6, 4, 10, 6)]])
    assert shifted == pytest.approx({"ap50": 1.0, "ap75": 0.0, "ap": 0.1})


def test_precision_by_hand() -> None:
    # Right, wrong, right of two labels: precision 1 up to recall 1/2, then 2/3.
    samples = [sample(label(0, 0, 0, 6, 6), label(0, 10, 0, 6, 6))]
    seen = [
        [
            found(0, 0.9, 0, 0, 6, 6),
            found(0, 0.8, 30, 10, 5, 5),
            found(0, 0.7, 10, 0, 6, 6),
        ]
    ]
    assert figures(samples, seen)["ap50"] == pytest.approx((51 * 1 + 50 * 2 / 3) / 101)


def test_a_label_is_found_once() -> None:
    seen = [[found(0, 0.9, 0, 0, 6, 6), found(0, 0.8, 0, 0, 6, 6)]]
    matches = match(seen, labelled_frames([sample(label(0, 0, 0, 6, 6))]), 2, masks=False).matches[
        0
    ]
    assert matches.right.tolist() == [True, False]
    assert matches.truths.tolist() == [1]


def test_a_class_without_labels_is_left_out_of_the_mean() -> None:
    samples, seen = (
        [sample(label(0, 0, 0, 6, 6))],
        [[found(0, 0.9, 0, 0, 6, 6), found(1, 1.0, 0, 0, 6, 6)]],
    )
    assert figures(samples, seen)["ap50"] == pytest.approx(1.0)
    assert figures(samples, seen, index=1) == {"ap50": None, "ap75": None, "ap": None}


def test_classes_that_labels_do_not_know_are_not_counted() -> None:
    samples, seen = [sample(label(0, 0, 0, 6, 6))], [[found(7, 1.0, 0, 0, 6, 6)]]
    assert figures(samples, seen)["ap50"] == 0.0


@pytest.mark.parametrize("masks", [True, False])
@pytest.mark.parametrize(
    ("samples", "seen", "ap50"),
    [
        ([sample(label(0, 0, 0, 6, 6))], [[]], 0.0),
        ([sample()], [[found(0, 0.9, 0, 0, 6, 6)]], None),
        ([sample()], [[]], None),
        ([], [], None),
    ],
)
def test_nothing_found_and_nothing_labelled(masks: bool, samples, seen, ap50) -> None:
    assert figures(samples, seen, masks=masks)["ap50"] == ap50


def test_a_mask_of_no_pixels_finds_nothing() -> None:
    empty = found(0, 0.9, 0, 0, 6, 6, mask=np.zeros((6, 6), np.bool_))
    assert figures([sample(label(0, 0, 0, 6, 6))], [[empty]], masks=True)["ap50"] == 0.0


def test_a_box_alone_is_neither_right_nor_wrong_by_masks() -> None:
    samples = [sample(label(0, 0, 0, 6, 6), label(0, 20, 0, 9, 9, mask=False))]
    seen = [[found(0, 0.9, 21, 1, 6, 6), found(0, 0.8, 0, 0, 6, 6)]]
    assert figures(samples, seen, masks=True)["ap50"] == pytest.approx(1.0)


def test_the_library_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    figures([sample(label(0, 0, 0, 6, 6))], [[]])
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["bbox", "segm"])
def test_it_is_what_the_library_says_of_files(seed: int, kind: str, tmp_path: Path) -> None:
    samples, seen = scattered(seed)
    expected = by_files(samples, seen, kind, tmp_path)
    own = figures(samples, seen, masks=kind == "segm")
    assert [own["ap"], own["ap50"], own["ap75"]] == pytest.approx(expected)


def by_files(samples, seen, kind, folder):
    """AP, AP50 and AP75 as a user of the library would get them, masks as whole arrays."""
    annotations = [
        {
            "image_id": number,
            "category_id": 1 + instance.class_index,
            "bbox": list(instance.box),
            "area": instance.box[2] * instance.box[3],
            "iscrowd": 0,
            "segmentation": mask_to_coco(instance.mask(HEIGHT, WIDTH)),
        }
        for number, one in enumerate(samples)
        for instance in one.instances
    ]
    document = {
        "images": [{"id": i, "width": WIDTH, "height": HEIGHT} for i in range(len(samples))],
        "categories": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
        "annotations": [{"id": 1 + i, **row} for i, row in enumerate(annotations)],
    }
    results = [
        {"image_id": number, "category_id": 1 + thing.class_index, "score": thing.score}
        | (
            {"bbox": list(found_box(thing))}
            if kind == "bbox"
            else {"segmentation": mask_to_coco(thing.drawn((0, 0, WIDTH, HEIGHT)))}
        )
        for number, things in enumerate(seen)
        for thing in things
    ]
    (folder / "labels.json").write_text(json.dumps(document))
    (folder / "found.json").write_text(json.dumps(results))
    with contextlib.redirect_stdout(io.StringIO()):
        labels = COCO(str(folder / "labels.json"))
        judge = COCOeval(labels, labels.loadRes(str(folder / "found.json")), kind)
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return judge.stats[:3]
