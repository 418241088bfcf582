import numpy as np

from train.data.sheet import CAPTION, GAP, LEAST_WIDTH, PAGE_WIDTH, captioned, sheet


def test_a_caption_stands_above_and_has_room():
    made = captioned(np.zeros((10, 40, 3), np.uint8), "a name")
    assert made.shape == (10 + CAPTION, LEAST_WIDTH, 3)
    assert (made[CAPTION:, :40] == 0).all()
    assert (made[CAPTION:, 40:] == 255).all()
    assert (made[:CAPTION] < 128).any()


def test_cells_fill_rows():
    cells = [np.full((h, PAGE_WIDTH // 2 - GAP, 3), i, np.uint8) for i, h in enumerate((5, 9, 4))]
    made = sheet(cells)
    assert made.shape == (9 + 4 + 2 * GAP, PAGE_WIDTH - GAP, 3)
    assert made[0, 0, 0] == 0
    assert made[8, PAGE_WIDTH // 2, 0] == 1
    assert made[9 + GAP, 0, 0] == 2
