"""Rules chosen on val."""

from __future__ import annotations

import numpy as np
import pytest

from edge.vision.instances.rules import ClassRule, by_rules
from tests.train.evaluate.instances.made import found, label, sample, scattered
from train.evaluate.instances.detections import IOU50, detect
from train.evaluate.instances.pixels import count_pixels
from train.evaluate.instances.rules import (
    AREAS,
    DEFECTS,
    PIXELS,
    SCORES,
    UNJUDGED,
    choose_rules,
)
from train.evaluate.instances.truth import labelled_frames

BOTH = pytest.mark.parametrize("count", [DEFECTS, PIXELS])


@BOTH
def test_the_score_lies_between_right_and_wrong(count: str) -> None:
    samples = [sample(label(0, 0, 0, 8, 8)), sample()]
    seen = [[found(0, 0.62, 0, 0, 8, 8)], [found(0, 0.52, 0, 0, 8, 8)]]
    assert choose_rules(seen, samples, 1, count=count) == (ClassRule(0.55, 0),)


@BOTH
def test_an_area_is_asked_where_scores_cannot_tell(count: str) -> None:
    samples = [sample(label(0, 0, 0, 8, 8)), sample()]
    seen = [[found(0, 0.5, 0, 0, 8, 8)], [found(0, 0.9, 0, 0, 4, 5)]]
    assert choose_rules(seen, samples, 1, count=count) == (ClassRule(0.05, 32),)


def test_pieces_are_joined_before_they_are_measured() -> None:
    samples = [sample(label(0, 0, 0, 8, 4)), sample()]
    seen = [
        [found(0, 0.5, 0, 0, 4, 4), found(0, 0.5, 4, 0, 4, 4)],
        [found(0, 0.9, 0, 0, 4, 4)],
    ]
    assert choose_rules(seen, samples, 1) == (ClassRule(0.05, 32),)


@BOTH
@pytest.mark.parametrize(
    ("samples", "seen"),
    [
        ([], []),
        ([sample()], [[found(0, 0.9, 0, 0, 8, 8), found(4, 0.9, 0, 0, 8, 8)]]),
        ([sample(label(0, 0, 0, 8, 8))], [[]]),
        ([sample(label(0, 0, 0, 8, 8))], [[found(0, 0.9, 20, 10, 8, 8)]]),
    ],
)
def test_where_nothing_right_is_found_there_is_no_choice(count: str, samples, seen) -> None:
    assert choose_rules(seen, samples, 1, count=count) == (UNJUDGED,)


def test_boxes_alone_have_no_pixels_to_count() -> None:
    samples, seen = [sample(label(0, 0, 0, 8, 8, mask=False))], [[found(0, 0.9, 0, 0, 8, 8)]]
    assert choose_rules(seen, samples, 1) == (ClassRule(0.05, 0),)
    assert choose_rules(seen, samples, 1, count=PIXELS) == (UNJUDGED,)


@pytest.mark.parametrize("seed", range(3))
@BOTH
def test_no_other_rule_is_better(seed: int, count: str) -> None:
    samples, seen = scattered(seed, 8)
    frames = labelled_frames(samples)

    def worth(score: float, area: int) -> float:
        only = [[f for f in things if f.class_index == 0] for things in seen]
        settled = [by_rules(things, [ClassRule(score, area)]) for things in only]
        if count == PIXELS:
            counts = count_pixels(settled, frames, 1)
            right, said, labelled = (
                part.sum() for part in (counts.both, counts.found, counts.labelled)
            )
        else:
            found_ = detect(settled, frames, IOU50)
            mine = found_.truth_classes == 0
            right, labelled = found_.hit[mine].sum(), mine.sum()
            said = right + found_.false.sum()
        return 2 * right / max(said + labelled, 1)

    rule = choose_rules(seen, samples, 2, count=count)[0]
    values = np.array([[worth(score, area) for area in AREAS] for score in SCORES])
    assert worth(rule.score, rule.min_area_px) == values.max()
    first = np.unravel_index(values.argmax(), values.shape)
    assert (rule.score, rule.min_area_px) == (SCORES[first[0]], AREAS[first[1]])
