"""What counts as an answer, as right, and as said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.train.evaluate.tables import scored
from train.data.sample import Instance, Sample
from train.data.tiles import Tile
from train.evaluate.scored import by_frame

NONE, A, B = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]


@pytest.mark.parametrize(
    ("truth", "outputs", "answer", "right"),
    [
        ("", NONE, 0, True),
        ("a", NONE, 0, False),
        ("a", A, 1, True),
        ("", A, 1, False),
        ("b", A, 1, False),
        ("ab", A, 1, True),
        ("ab", B, 2, True),
        ("ab", NONE, 0, False),
        ("a", [0.45, 0.45, 0.1], 1, True),
        ("a", [0.1, 0.2, 0.1, 0.6], 3, False),
        ("", [0.1, 0.2, 0.1, 0.6], 3, False),
    ],
)
def test_an_answer_is_right_where_the_item_shows_it(truth, outputs, answer, right):
    one = scored([truth], [outputs])
    assert one.answers.tolist() == [answer]
    assert one.right.tolist() == [right]


def test_a_softmax_says_its_answer_alone():
    said = scored(["ab", "ab", "b", ""], [A, B, NONE, [0.1, 0.2, 0.1, 0.6]]).predicted
    assert said.tolist() == [
        [False, True, False],
        [False, False, True],
        [True, False, False],
        [False, False, False],
    ]


def test_a_multilabel_network_says_what_scores_a_half():
    outputs = [[0.1, 0.9, 0.6], [0.6, 0.4, 0.3], [0.5, 0.2, 0.5], [0.2, 0.1, 0.1, 0.8]]
    several = scored(["ab", "", "b", ""], outputs, multilabel=True)
    assert several.predicted.tolist() == [
        [False, True, True],
        [True, False, False],
        [False, False, True],
        [False, False, False],
    ]
    assert several.answers.tolist() == [1, 0, 2, 3]
    assert several.right.tolist() == [True, True, True, False]


def test_without_a_classifier_nothing_is_answered():
    mute = replace(scored(["a"], [A]), none=None, class_scores=None)
    assert (mute.answers, mute.right, mute.predicted) == (None, None, None)
    assert mute.take(np.array([True])).none is None


def test_some_items_can_be_taken():
    part = scored(["a", "b", ""], [A, B, NONE]).take(np.array([True, False, True]))
    assert part.answers.tolist() == [1, 0]
    assert part.defective.tolist() == [True, False]
    assert part.groups.tolist() == ["0", "2"]


def test_what_was_said_at_temperature_1_goes_with_the_items():
    items = scored(["a", "b", ""], [A, B, NONE], untempered=scored(["a", "b", ""], [NONE, A, B]))
    part = items.take(np.array([True, False, True]))
    assert part.untempered.answers.tolist() == [0, 2]


def test_a_frame_is_its_worst_tile():
    def sample(name: str, *classes: int) -> Sample:
        instances = tuple(Instance(c, (0, 0, 9, 9)) for c in classes)
        return Sample(Path(name), 64, 32, instances, name, "val")

    frames = [sample("one.png", 0, 1), sample("two.png")]
    tiles = [
        Tile(frame, (32 * place, 0, 32, 32), frozenset(), False, place)
        for frame in frames
        for place in range(2)
    ]
    truth, outputs = ["a", "b", "", ""], [A, B, NONE, [0.6, 0.3, 0.1]]
    whole = by_frame(scored(truth, outputs, untempered=scored(truth, outputs[::-1])), tiles)
    assert whole.untempered.gate.tolist() == pytest.approx([0.4, 0.9])
    assert whole.truth.tolist() == [[True, True], [False, False]]
    assert whole.groups.tolist() == ["0", "2"]
    assert whole.gate.tolist() == pytest.approx([0.9, 0.4])
    assert whole.none.tolist() == pytest.approx([0.1, 0.6])
    assert whole.class_scores.ravel().tolist() == pytest.approx([0.8, 0.8, 0.3, 0.1])
    assert whole.verdicts.tolist() == [True, False]
