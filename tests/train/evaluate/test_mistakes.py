"""Which mistakes are shown, and in which order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.train.evaluate.tables import scored
from train.evaluate.mistakes import worst_mistakes

ITEMS = scored(
    ["", "", "", "a", "a", "a", "ab", "b"],
    [
        [0.4, 0.6, 0.0],  # false alarm
        [0.1, 0.9, 0.0],  # worse
        [0.9, 0.1, 0.0],
        [0.8, 0.2, 0.0],  # missed
        [0.9, 0.1, 0.0],  # worse
        [0.3, 0.1, 0.6],  # b for a
        [0.1, 0.0, 0.9],  # right
        [0.1, 0.8, 0.1],  # a for b, surer
    ],
)


def test_the_most_confident_come_first():
    kinds = worst_mistakes(ITEMS, 0.5, each=9)
    assert {kind: found.places for kind, found in kinds.items()} == {
        "false alarms": (1, 0),
        "misses": (4, 3),
        "wrong classes": (7, 5),
    }


@pytest.mark.parametrize(("each", "places"), [(0, ()), (1, (1,)), (5, (1, 0))])
def test_all_are_counted_and_some_are_shown(each, places):
    found = worst_mistakes(ITEMS, 0.5, each)["false alarms"]
    assert (found.places, found.n) == (places, 2)


def test_of_near_duplicates_the_worst_is_shown():
    copies = replace(ITEMS, groups=np.array(["x"] * 2 + [f"y{i}" for i in range(6)]))
    found = worst_mistakes(copies, 0.5, each=9)["false alarms"]
    assert (found.places, found.n) == ((1,), 2)


def test_without_a_classifier_no_class_is_wrong():
    mute = replace(ITEMS, none=None, class_scores=None)
    assert set(worst_mistakes(mute, 0.5, each=9)) == {"false alarms", "misses"}
