"""Which candidates count: score of each piece, area of the whole."""

from __future__ import annotations

import numpy as np
import pytest

from edge.vision.instances.found_instance import FoundInstance
from edge.vision.instances.rules import ClassRule, by_rules

RULES = (ClassRule(0.5, 30), ClassRule(0.8, 1))


def piece(x, score, *, class_index=0, width=4, mask=None) -> FoundInstance:
    return FoundInstance(class_index, score, (x, 0, x + width, 5), mask, (x, 0, width, 5))


@pytest.mark.parametrize(
    ("candidates", "wanted"),
    [
        ([], []),
        ([piece(0, 0.5, width=6)], [(0, 0, 6, 5)]),
        ([piece(0, 0.49, width=6)], []),
        ([piece(0, 0.9, width=5)], []),
        ([piece(0, 0.9), piece(4, 0.9)], [(0, 0, 8, 5)]),
        ([piece(0, 0.9), piece(4, 0.4)], []),
        ([piece(0, 0.79, class_index=1), piece(9, 0.8, class_index=1)], [(9, 0, 4, 5)]),
        ([piece(0, 0.9, class_index=1, mask=np.zeros((5, 4), bool))], []),
    ],
    ids=["none", "large", "unlikely", "small", "joined", "weak part", "own rule", "empty mask"],
)
def test_rules(candidates, wanted):
    assert [found.piece for found in by_rules(candidates, RULES)] == wanted


def test_an_empty_mask_counts_for_nothing_even_without_a_least_area():
    nothing = piece(0, 0.9, mask=np.zeros((5, 4), bool))
    assert by_rules([nothing], [ClassRule(0.0, 0)]) == []
