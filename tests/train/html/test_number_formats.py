"""Figures as a page writes them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from train.html import words


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        (words.percent, 0.97349, "97.3\u00a0%"),
        (words.percent, 0.0, "0.0\u00a0%"),
        (words.whole_percent, 0.05, "5\u00a0%"),
        (words.percents, (0.961, 0.982), "96.1–98.2\u00a0%"),
        (words.points, 0.0131, "+1.3"),
        (words.points, -0.0131, "−1.3"),
        (words.points_range, (-0.004, 0.0131), "−0.4 to +1.3"),
        (words.number, 0.91245, "0.9124"),
        (words.numbers, (0.1, 0.25), "0.1000–0.2500"),
        (words.thousands, 12568, "12,568"),
        (words.thousands, 363.6, "364"),
        (words.scientific, 0.0000312, "3.1e-05"),
        (words.p_value, 0.0004, "< 0.001"),
        (words.p_value, 0.0421, "0.042"),
    ],
)
def test_a_figure_is_written(word: Callable[[object], str], value: object, said: str) -> None:
    assert word(value) == said


@pytest.mark.parametrize(
    "word",
    [
        words.percent,
        words.whole_percent,
        words.percents,
        words.points,
        words.points_range,
        words.number,
        words.numbers,
        words.thousands,
        words.scientific,
    ],
)
def test_a_figure_that_is_null_is_a_dash(word: Callable[[None], str]) -> None:
    assert word(None) == "–"


def test_points_have_as_many_decimals_as_are_asked_for() -> None:
    assert words.points(-0.00123, 2) == "−0.12"


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 images"), (1, "1 image"), (12568, "12,568 images")]
)
def test_a_noun_follows_its_count(count: int, said: str) -> None:
    assert words.counted(count, "image") == said
