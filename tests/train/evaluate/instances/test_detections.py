"""What is found and what is called in vain, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.train.evaluate.instances.made import HEIGHT, found, label, sample
from train.data.tiles import label_tiles
from train.evaluate.instances.detections import CRITERIA, IOU50, TOUCHING, detect
from train.evaluate.instances.truth import labelled_frames

SCRATCH = label(0, 4, 0, 30, 4)
PIECES = [found(0, 0.9, 4, 0, 8, 4), found(0, 0.8, 15, 0, 8, 4), found(0, 0.7, 26, 0, 8, 4)]


def detected(samples, seen, criterion):
    return detect(seen, labelled_frames(samples), criterion)


@pytest.mark.parametrize(("criterion", "recall", "false"), [(IOU50, 0.0, 3), (TOUCHING, 1.0, 0)])
def test_pieces_of_a_scratch_find_it_by_touching_alone(
    criterion: str, recall: float, false: int
) -> None:
    figures = detected([sample(SCRATCH)], [PIECES], criterion).figures()
    assert (figures["recall"], figures["false_alarms_per_frame"]) == (recall, false)


def test_rates_by_hand() -> None:
    samples = [sample(label(0, 0, 0, 8, 8), label(1, 20, 0, 8, 8)), sample(), sample(), sample()]
    seen = [
        [found(0, 0.9, 1, 1, 8, 8), found(0, 0.8, 20, 0, 8, 8)],
        [found(1, 0.9, 0, 0, 8, 8)],
        [],
        [found(7, 0.9, 0, 0, 8, 8)],
    ]
    for criterion in CRITERIA:
        figures = detected(samples, seen, criterion).figures()
        assert figures["recall"] == 0.5
        assert figures["precision"] == 0.25
        assert figures["false_alarms_per_frame"] == 3 / 4
        assert figures["false_alarms_per_clean_frame"] == pytest.approx(2 / 3)
        low, high = figures["recall_interval"]
        assert low <= 0.5 <= high
    by_class = [detected(samples, seen, IOU50).class_figures(i) for i in (0, 1)]
    assert by_class[0] == {"recall": 1.0, "false_alarms_per_frame": 0.25}
    assert by_class[1] == {"recall": 0.0, "false_alarms_per_frame": 0.25}


def test_by_iou_a_label_is_found_once_by_the_surest() -> None:
    seen = [found(0, 0.5, 0, 0, 8, 8), found(0, 0.9, 0, 0, 8, 7)]
    once = detected([sample(label(0, 0, 0, 8, 8))], [seen], IOU50)
    assert once.false.tolist() == [True, False]


def test_masks_touch_where_they_share_a_pixel_and_boxes_where_they_overlap() -> None:
    corner = np.eye(8, dtype=np.bool_)
    apart = np.fliplr(np.triu(np.ones((8, 8), np.bool_), 2))
    samples = [sample(label(0, 0, 0, 3, 3))]
    for mask, touches in ((corner, True), (np.rot90(apart, 2), False), (False, True)):
        seen = [[found(0, 0.9, 0, 0, 8, 8, mask=mask)]]
        assert detected(samples, seen, TOUCHING).hit.tolist() == [touches]
    boxed = [sample(label(0, 0, 0, 3, 3, mask=False))]
    seen = [[found(0, 0.9, 0, 0, 8, 8, mask=np.rot90(apart, 2))]]
    assert detected(boxed, seen, TOUCHING).hit.tolist() == [True]
    assert detected(boxed, [[found(0, 0.9, 3, 0, 8, 8)]], TOUCHING).hit.tolist() == [False]


@pytest.mark.parametrize("criterion", CRITERIA)
def test_what_a_tile_shows_too_little_of_need_not_be_found_and_is_no_false_alarm(
    criterion: str,
) -> None:
    whole = sample(label(0, 0, 0, 24, 6), label(1, 30, 0, 6, 6))
    tiles = [t for t in label_tiles(whole, (20, HEIGHT)) if t.place == 1]
    seen = [[found(0, 0.9, 0, 0, 4, 6), found(1, 0.9, 10, 0, 6, 6)]]
    for things, recall in ((seen, 1.0), ([seen[0][:1]], 0.0)):
        figures = detected(tiles, things, criterion).figures()
        assert (figures["recall"], figures["false_alarms_per_frame"]) == (recall, 0.0)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_nothing_labelled_and_nothing_found(criterion: str) -> None:
    assert detected([sample()], [[]], criterion).figures() == {
        "recall": None,
        "recall_interval": None,
        "precision": None,
        "false_alarms_per_frame": 0.0,
        "false_alarms_per_clean_frame": 0.0,
    }
    assert detected([], [], criterion).figures()["false_alarms_per_frame"] is None
    missed = detected([sample(label(0, 0, 0, 8, 8))], [[]], criterion).figures()
    assert (missed["recall"], missed["false_alarms_per_clean_frame"]) == (0.0, None)
