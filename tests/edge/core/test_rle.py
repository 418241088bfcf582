"""Run-length codecs: round trips, agreement with pycocotools, and faults named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco

from edge.core import rle
from edge.core.errors import LabelError

some_mask = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40))


@given(some_mask)
def test_kaggle_round_trip(mask):
    assert np.array_equal(rle.mask_from_kaggle(rle.mask_to_kaggle(mask), *mask.shape), mask)


@given(some_mask)
def test_coco_agrees_with_the_reference(mask):
    ours = rle.mask_to_coco(mask)
    theirs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert ours["counts"].encode() == theirs["counts"]
    assert np.array_equal(rle.mask_from_coco(ours), mask)


@given(some_mask, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_a_piece_is_coded_as_the_whole_image_would_be(piece, left, top, right, bottom):
    whole = np.pad(piece, ((top, bottom), (left, right)))
    assert rle.piece_to_coco(piece, (left, top), whole.shape) == rle.mask_to_coco(whole)


@given(some_mask, st.data())
def test_columns_of_bands_are_those_that_the_mask_has_there(mask, data):
    lines = st.integers(0, len(mask))
    bands = data.draw(st.lists(st.tuples(lines, lines).filter(lambda band: band[0] < band[1])))
    for (first, last), columns in zip(
        bands, rle.columns_in(rle.mask_to_coco(mask), *bands), strict=True
    ):
        assert columns == sorted(columns)
        assert set(columns) == set(np.flatnonzero(mask[first:last].any(axis=0)).tolist())


def test_a_full_frame_agrees_with_the_reference():
    mask = np.random.default_rng(1).random((256, 1600)) < 0.5
    theirs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert rle.mask_to_coco(mask)["counts"].encode() == theirs["counts"]
    solid = np.ones((256, 1600), dtype=bool)
    assert (
        rle.mask_to_coco(solid)["counts"].encode()
        == (coco.encode(np.asfortranarray(solid.astype(np.uint8)))["counts"])
    )


def test_pixels_are_numbered_from_one_down_each_column():
    mask = rle.mask_from_kaggle("2 1 4 2", height=3, width=2)
    assert mask.tolist() == [[False, True], [True, True], [False, False]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1 2 3", "pairs"),
        ("1 -2", "pairs"),
        ("one 2", "pairs"),
        ("0 2", "before the image"),
        ("1 0", "empty"),
        ("6 2", "past the image"),
        ("99 1", "past the image"),
        ("1 3 2 1", "overlaps"),
        ("4 2 1 4", "overlaps"),
        ("1 99999999999999999999999", "larger than any image"),
        ("9223372036854775807 9223372036854775807", "past the image"),
    ],
)
def test_bad_kaggle_runs_are_named(text, says):
    with pytest.raises(LabelError, match=says):
        rle.mask_from_kaggle(text, height=2, width=3)


@pytest.mark.parametrize(
    ("counts", "says"),
    [([5], "add up"), ([7], "add up"), ([-1, 7], "add up"), (["a"], "whole numbers")],
)
def test_bad_coco_counts_are_named(counts, says):
    with pytest.raises(LabelError, match=says):
        rle.mask_from_coco_counts(counts, 2, 3)


@given(st.text(st.characters(codec="ascii"), max_size=12))
def test_any_compressed_text_gives_a_mask_or_a_label_error(text):
    try:
        mask = rle.mask_from_coco({"size": [3, 4], "counts": text})
    except LabelError:
        return
    assert mask.shape == (3, 4)
