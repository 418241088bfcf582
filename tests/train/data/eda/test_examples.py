from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from edge.core.images import write_image
from tests.train.data.build import annotation, coco, image
from train.data import read_unsplit
from train.data.eda.examples import draw_examples
from train.data.eda.palette import bgr, class_colours
from train.data.sheet import CAPTION


def sheets(root: Path, each: int = 2) -> list[np.ndarray]:
    drawn = draw_examples(read_unsplit(root), each, seed=0)
    return [cv2.imdecode(np.frombuffer(sheet, np.uint8), cv2.IMREAD_COLOR) for sheet in drawn]


def test_a_sheet_for_clean_and_each_class_that_is_there(tmp_path: Path) -> None:
    images = [image(n, width=320) for n in (1, 2, 3, 4)]
    root = coco(tmp_path, {"val": (images, [annotation(1, 1), annotation(2, 2), annotation(3, 3)])})
    clean, pit = sheets(root)
    assert clean.shape[1] == 320
    assert pit.shape[1] == 2 * 320 + 8
    assert sheets(root, each=0) == []


def test_a_mask_is_drawn_where_it_lies_in_its_classs_colour(tmp_path: Path) -> None:
    mark = annotation(1, 1, 4, segmentation=[[100, 8, 200, 8, 200, 40, 100, 40]])
    root = coco(tmp_path, {"val": ([image(1, width=320)], [mark])})
    write_image(root / "images" / "1.png", np.full((48, 320), 100, np.uint8))
    (sheet,) = sheets(root)
    picture = sheet[CAPTION:].astype(int)
    tint = picture[24, 150] - 100
    assert np.abs(picture[24, 50] - 100).max() <= 3
    assert np.abs(tint - (np.array(bgr(class_colours(2)[1])) - 100) * 0.25).max() <= 8
