"""What was found, as drawn."""

from __future__ import annotations

import numpy as np

from tests.train.evaluate.instances.made import HEIGHT, WIDTH, found
from train.evaluate.instances.drawing import draw_found

RED, BLUE = (0, 0, 255), (255, 0, 0)


def drawn(*things, scale: int = 1) -> np.ndarray:
    picture = np.zeros((HEIGHT * scale, WIDTH * scale, 3), np.uint8)
    draw_found(picture, things, [RED, BLUE], scale=scale)
    return picture


def test_a_mask_is_outlined_and_lightly_filled_where_it_lies() -> None:
    picture = drawn(found(1, 0.9, 10, 5, 6, 6), scale=2)
    assert picture[10, 20].tolist() == list(BLUE)
    assert picture[15, 25].tolist() == [63, 0, 0]
    assert not picture[:, :20].any()
    assert not picture[22:].any()


def test_a_box_alone_is_a_line() -> None:
    picture = drawn(found(0, 0.9, 10, 5, 6, 6, mask=False))
    assert picture[5, 10].tolist() == picture[10, 15].tolist() == list(RED)
    assert not picture[7:9, 12:14].any()


def test_a_mask_of_no_pixels_and_a_class_without_a_colour_are_no_fault() -> None:
    assert not drawn(found(0, 0.9, 1, 1, 4, 4, mask=np.zeros((4, 4), np.bool_))).any()
    assert drawn(found(9, 0.9, 1, 1, 4, 4)).any()
