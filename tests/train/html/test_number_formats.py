"""Figures as a page writes them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from train.html import number_formats


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        (number_formats.percent, 0.97349, "97.3\u00a0%"),
        (number_formats.percent, 0.0, "0.0\u00a0%"),
        (number_formats.whole_percent, 0.05, "5\u00a0%"),
        (number_formats.percents, (0.961, 0.982), "96.1–98.2\u00a0%"),
        (number_formats.points, 0.0131, "+1.3"),
        (number_formats.points, -0.0131, "−1.3"),
        (number_formats.points_range, (-0.004, 0.0131), "−0.4 to +1.3"),
        (number_formats.number, 0.91245, "0.9124"),
        (number_formats.numbers, (0.1, 0.25), "0.1000–0.2500"),
        (number_formats.thousands, 12568, "12,568"),
        (number_formats.thousands, 363.6, "364"),
        (number_formats.scientific, 0.0000312, "3.1e-05"),
        (number_formats.p_value, 0.0004, "< 0.001"),
        (number_formats.p_value, 0.0421, "0.042"),
    ],
)
def test_a_figure_is_written(word: Callable[[object], str], value: object, said: str) -> None:
    assert word(value) == said


@pytest.mark.parametrize(
    "word",
    [
        number_formats.percent,
        number_formats.whole_percent,
        number_formats.percents,
        number_formats.points,
        number_formats.points_range,
        number_formats.number,
        number_formats.numbers,
        number_formats.thousands,
        number_formats.scientific,
    ],
)
def test_a_figure_that_is_null_is_a_dash(word: Callable[[None], str]) -> None:
    assert word(None) == "–"


def test_points_have_as_many_decimals_as_are_asked_for() -> None:
    assert number_formats.points(-0.00123, 2) == "−0.12"


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 images"), (1, "1 image"), (12568, "12,568 images")]
)
def test_a_noun_follows_its_count(count: int, said: str) -> None:
    assert number_formats.counted(count, "image") == said
