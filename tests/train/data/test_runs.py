from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edge.core.rle import (
    Mask,
    mask_to_runs,
    runs_to_mask,
)
from train.data.runs import (
    area,
    bounding_box,
    clip,
    column_runs,
    connected_parts,
    from_columns,
)

MASKS = arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9)))


@given(MASKS)
def test_columns_and_back_are_the_same_mask(mask: Mask) -> None:
    height, width = mask.shape
    columns = column_runs(mask_to_runs(mask), height)
    assert (columns[:, 2] <= height).all()
    assert (runs_to_mask(from_columns(columns, height), height, width) == mask).all()


@given(MASKS)
def test_connected_parts_agree_with_opencv(mask: Mask) -> None:
    height, width = mask.shape
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    expected = {(labels == i).tobytes() for i in range(1, count)}
    parts = connected_parts(mask_to_runs(mask), height)
    found = [runs_to_mask(from_columns(part, height), height, width) for part in parts]
    assert len(found) == len(expected)
    assert {part.tobytes() for part in found} == expected


@given(MASKS.filter(np.any))
def test_box_and_area_are_those_of_the_pixels(mask: Mask) -> None:
    runs = mask_to_runs(mask)
    lines, columns = np.nonzero(mask)
    x, y, width, height = bounding_box(column_runs(runs, mask.shape[0]))
    assert (x, y) == (columns.min(), lines.min())
    assert (x + width, y + height) == (columns.max() + 1, lines.max() + 1)
    assert area(runs) == mask.sum()


@given(MASKS, st.tuples(*[st.integers(0, 8)] * 2, *[st.integers(1, 9)] * 2))
def test_clip_keeps_what_lies_in_the_box(mask: Mask, box: tuple[int, int, int, int]) -> None:
    x, y, width, height = box
    kept = clip(column_runs(mask_to_runs(mask), mask.shape[0]), box)
    inside = mask[y : y + height, x : x + width]
    assert (kept[:, 2] - kept[:, 1]).sum() == inside.sum()


@pytest.mark.parametrize(
    ("picture", "parts"),
    [
        (["#.", ".#"], 1),  # corners touch
        (["#..", "..#"], 2),
        (["#.", "#.", ".."], 1),
        ([".#", "..", "#."], 2),  # the end of one column does not touch the next one's beginning
        (["..", ".."], 0),
    ],
)
def test_eight_neighbours_touch(picture: list[str], parts: int) -> None:
    mask = np.array([[c == "#" for c in line] for line in picture])
    assert len(connected_parts(mask_to_runs(mask), mask.shape[0])) == parts


def test_runs_that_were_written_in_pieces_are_one_part() -> None:
    pieces = np.array([[2, 3], [5, 2]])
    assert len(connected_parts(pieces, height=20)) == 1
