from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from edge.core.errors import DataError, ImageError
from edge.core.rle import mask_to_runs
from tests.train.data.build import box, sample
from tests.train.tiny import REGION as STRIP_REGION
from tests.train.tiny import write_strips
from train.data import open_data
from train.data.runs import bounding_box, column_runs
from train.data.sample import UNLABELLED, DataSet, Instance, Sample
from train.data.tiles import (
    class_labels_of,
    groups_of,
    judged_tiles,
    label_tiles,
    read_tiles,
    shown_in,
)

NONE: frozenset[int] = frozenset()
REGION = (200, 128)


def labels(*instances: Instance, **of_sample: tuple[int, int]) -> list[tuple[frozenset[int], bool]]:
    tiles = label_tiles(sample(*instances, **of_sample), REGION)
    return [(tile.classes, tile.ambiguous) for tile in tiles]


@pytest.mark.parametrize("split", ["train", "val", "holdout"])
def test_tiles_agree_with_the_listed_ones(real_data: Path, split: str) -> None:
    data = open_data(real_data / "cr7")
    ours = {
        (t.sample.name, t.box[0], t.box[2]): {data.classes[i] for i in t.classes}
        for s in data.of(split)
        for t in label_tiles(s, REGION)
        if not t.ambiguous
    }
    with open(real_data / "cr7" / f"tiles_{split}.csv", newline="") as file:
        listed = {
            (row["file_name"], int(row["left"]), int(row["width"])): (
                set(row["classes"].split("+")) - {"none"}
            )
            for row in csv.DictReader(file)
        }
    assert ours == listed


@pytest.mark.parametrize(
    ("instance", "left", "right"),
    [
        (box(0, 10, 5, 50, 50), ({0}, False), (NONE, False)),
        (box(0, 184, 5, 100, 50), ({0}, False), ({0}, False)),  # 16 px
        (box(0, 185, 5, 100, 50), (NONE, True), ({0}, False)),  # 15 px, 15 %
        (box(0, 194, 5, 20, 50), ({0}, False), ({0}, False)),  # 6 px, 30 %
        (box(0, 195, 5, 20, 50), (NONE, True), ({0}, False)),  # 5 px, 25 %
        (box(0, 200, 5, 20, 50), (NONE, False), ({0}, False)),  # meets, does not touch
    ],
)
def test_a_box_belongs_by_its_width(
    instance: Instance,
    left: tuple[frozenset[int], bool],
    right: tuple[frozenset[int], bool],
) -> None:
    assert labels(instance) == [left, right]


def test_a_grazed_tile_that_shows_another_class_is_not_ambiguous() -> None:
    assert labels(box(0, 195, 5, 100, 50), box(1, 20, 5, 40, 40))[0] == ({1}, False)


def test_height_counts_where_tiles_divide_it() -> None:
    found = labels(box(0, 20, 120, 40, 100), size=(200, 256))
    assert found == [(NONE, True), ({0}, False)]
    assert labels(box(0, 20, 120, 40, 20), size=(200, 256)) == [({0}, False), ({0}, False)]


def test_a_mask_is_measured_by_its_part_in_the_tile() -> None:
    mask = np.zeros((256, 400), np.bool_)
    mask[0:5, 100:202] = True  # an arm that reaches 2 px into the right half …
    mask[0:200, 100:120] = True
    runs = mask_to_runs(mask)
    instance = Instance(2, bounding_box(column_runs(runs, 256)), runs)
    found = labels(instance, size=(400, 256))
    # … so the lower right tile is empty, though the box covers part of it.
    assert found == [({2}, False), (NONE, True), ({2}, False), (NONE, False)]


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ((0, 0, 400, 128), ({0}, False)),
        ((116, 0, 284, 128), ({0}, False)),  # 16 px of 100
        ((117, 0, 283, 128), (NONE, True)),
        ((132, 0, 268, 128), (NONE, False)),
        ((0, 60, 400, 68), (NONE, False)),  # below it
    ],
)
def test_a_part_shows_what_lies_in_it(
    part: tuple[int, int, int, int], wanted: tuple[frozenset[int], bool]
) -> None:
    assert shown_in(sample(box(0, 32, 5, 100, 50)), part) == wanted


def test_a_stride_lays_overlapping_tiles_that_end_at_the_border() -> None:
    strip = sample(box(0, 60, 0, 20, 20), size=(100, 40))
    tiles = label_tiles(strip, (40, 40), (25, 40))
    assert [tile.box[0] for tile in tiles] == [0, 25, 50, 60]
    assert [tile.classes for tile in tiles] == [frozenset()] * 2 + [frozenset({0})] * 2
    assert [tile.ambiguous for tile in tiles] == [False, True, False, False]


def test_the_whole_frame_is_one_tile_without_a_region() -> None:
    (tile,) = label_tiles(sample(box(1, 0, 0, 1, 1)), None)
    assert (tile.box, tile.classes) == ((0, 0, 400, 128), {1})


def test_images_smaller_than_a_tile_are_refused() -> None:
    with pytest.raises(ImageError, match=r"^x\.png: .*100×128 is smaller than a region.*--region"):
        label_tiles(sample(size=(100, 128)), REGION)


def data_of(*samples: Sample) -> DataSet:
    return DataSet("mill", Path("mill"), ("a", "b"), samples)


def test_judged_tiles_know_their_place_on_the_grid() -> None:
    grazed = sample(box(0, 185, 5, 100, 50), split="val")
    tiles = judged_tiles(data_of(grazed, sample(split="train"), sample(split="val")), "val", REGION)
    assert [(tile.place, tile.box[0]) for tile in tiles] == [(1, 200), (0, 0), (1, 200)]


@pytest.mark.parametrize(
    ("split", "told"),
    [
        ("holdout", "mill has no split 'holdout'. Its splits: val, train"),
        (UNLABELLED, "mill has no split 'unlabelled'. Its splits: val, train"),
        ("train", "nothing in split 'train' of mill can be judged.*splits: val, train"),
    ],
)
def test_what_cannot_be_judged_is_told_from_what_is_not_there(split: str, told: str) -> None:
    grazed = sample(box(0, 195, 5, 100, 50), size=(200, 128), split="train")
    others = [sample(split="val"), sample(split="val"), sample(split=UNLABELLED)]
    with pytest.raises(DataError, match=told):
        judged_tiles(data_of(*others, grazed), split, REGION)


def test_each_frame_is_read_once_and_its_tiles_are_cut_where_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = open_data(write_strips(tmp_path / "strips", {"train": 3}))
    tiles = judged_tiles(data, "train", STRIP_REGION)
    read: list[str] = []
    whole = Sample.read
    monkeypatch.setattr(Sample, "read", lambda self: read.append(self.name) or whole(self))
    found = [(tile, pixels) for _, of_frame in read_tiles(tiles) for tile, pixels in of_frame]
    assert read == [sample.name for sample in data.of("train")]
    assert [tile for tile, _ in found] == tiles
    for tile, pixels in found:
        x, y, width, height = tile.box
        np.testing.assert_array_equal(pixels, whole(tile.sample)[y : y + height, x : x + width])
        assert pixels.flags.c_contiguous


def test_labels_and_groups_follow_the_tiles(tmp_path: Path) -> None:
    data = open_data(write_strips(tmp_path / "strips", {"train": 3}))
    tiles = judged_tiles(data, "train", STRIP_REGION)
    labels_found = class_labels_of(tiles, len(data.classes))
    assert [frozenset(np.flatnonzero(row)) for row in labels_found] == [t.classes for t in tiles]
    assert groups_of(tiles).tolist() == [tile.sample.group for tile in tiles]
    assert class_labels_of([], 2).shape == (0, 2)
