"""Which of two forms is the better one, and what is tried at all."""

from __future__ import annotations

import pytest

from export.mitigate.base import OnVal, OutlinesOnVal, beats
from export.settings import Remedies


@pytest.mark.parametrize(
    ("one", "other", "better"),
    [
        ((0.9, 0.8), (0.8, 0.9), True),
        ((0.9, 0.91), (0.9, 0.9), True),
        ((0.9, 0.9), (0.9, 0.9), False),
        ((0.9, None), (0.9, None), False),
        ((0.8, 1.0), (0.9, 0.5), False),
    ],
)
def test_better_is_right_more_often_then_ranks_better(one, other, better) -> None:
    assert beats(OnVal(*one, 10), OnVal(*other, 10)) is better


@pytest.mark.parametrize(
    ("one", "other", "better"),
    [
        ((0.8, 0.7), (0.7, 0.9), True),
        ((0.8, 0.7), (0.8, 0.6), True),
        ((None, 0.7), (None, 0.6), True),
        ((None, 0.7), (None, 0.7), False),
    ],
)
def test_better_outlines_have_better_masks_and_then_boxes(one, other, better) -> None:
    assert beats(OutlinesOnVal(*one, 10), OutlinesOnVal(*other, 10)) is better


def test_nothing_asked_is_nothing_tried() -> None:
    assert not Remedies()
    assert all([Remedies(mixed=True), Remedies(epochs=1), Remedies(calibration="percentile")])
