from __future__ import annotations

import csv

import numpy as np
import pytest

from edge.core.errors import DataError
from edge.core.geometry import Geometry
from tests.train.tiny import CLASSES, REGION, cut_items, write_strips
from train.data import open_data
from train.data.tiles import judged_tiles
from train.regions.items import (
    choose_tiles,
    cut_tiles,
    defective_or_clean,
    join_items,
    tile_inputs,
)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = write_strips(tmp_path_factory.mktemp("strips"), {"train": 6, "val": 3})
    return open_data(root)


def test_tiles_come_with_the_classes_that_they_show(data):
    items = cut_items(data, "train", Geometry(REGION, REGION))
    assert items.images.shape == (12, 32, 32)
    shown = [{c for c, there in zip(CLASSES, row, strict=True) if there} for row in items.labels]
    left, right = shown[0::2], shown[1::2]
    assert left == [{"dark"}, set(), {"bright"}, set(), {"dark"}, set()]
    assert right == [{"dark"}, {"bright"}, {"dark", "bright"}] * 2


def test_whole_frames_are_squashed_and_keep_all_classes(data):
    items = cut_items(data, "val", Geometry(None, (16, 16)))
    assert items.images.shape == (3, 16, 16)
    np.testing.assert_array_equal(items.labels, [[1, 0], [0, 1], [1, 1]])


def test_network_inputs_are_fractions_of_full_scale(data):
    items = cut_items(data, "val", Geometry(REGION, REGION))
    inputs = items.network_inputs(slice(0, 2))
    assert inputs.dtype == np.float32
    assert inputs.shape == (2, 32, 32, 1)
    np.testing.assert_allclose(inputs[..., 0] * 255, items.images[:2], rtol=1e-6)


def test_a_limit_takes_items_from_the_whole_split(data):
    everything = cut_items(data, "train", Geometry(REGION, REGION))
    some = cut_items(data, "train", Geometry(REGION, REGION), limit=3)
    assert len(some) == 3
    np.testing.assert_array_equal(some.images[-1], everything.images[-1])


def test_each_frame_that_is_read_is_told(data):
    seen = []
    cut_items(data, "train", Geometry(REGION, REGION), advance=lambda: seen.append(1))
    assert len(seen) == 6


def test_a_split_without_images_is_refused(data):
    with pytest.raises(DataError, match="holdout"):
        cut_items(data, "holdout", Geometry(REGION, REGION))


def test_items_agree_with_the_published_tiles(real_data):
    data = open_data(real_data / "cr7")
    items = cut_items(data, "holdout", Geometry((200, 128), (50, 32)))
    with open(real_data / "cr7" / "tiles_holdout.csv", newline="") as file:
        published = sorted(
            csv.DictReader(file), key=lambda row: (row["file_name"], int(row["left"]))
        )
    tiles = judged_tiles(data, "holdout", (200, 128))
    places = [(tile.sample.name, tile.box[0]) for tile in tiles]
    order = sorted(range(len(places)), key=places.__getitem__)
    assert [places[i] for i in order] == [(p["file_name"], int(p["left"])) for p in published]
    found = [
        {c for c, there in zip(data.classes, items.labels[i], strict=True) if there} or {"none"}
        for i in order
    ]
    assert found == [set(row["classes"].split("+")) for row in published]


@pytest.mark.parametrize("row", [0, 5, -1])
def test_an_item_is_its_own_part_of_its_frame(data, row):
    items = cut_items(data, "train", Geometry(REGION, REGION))
    tile = judged_tiles(data, "train", REGION)[row]
    x, y, w, h = tile.box
    np.testing.assert_array_equal(items.images[row], tile.sample.read()[y : y + h, x : x + w])
    assert items.groups[row] == tile.sample.group


def test_a_stride_is_for_training_alone(data):
    tiles = choose_tiles(data, REGION, (8, 32))
    assert {tile.box[0] for tile in tiles["train"]} == {0, 8, 16, 24, 32}
    assert {tile.box[0] for tile in tiles["val"]} == {0, 32}


def test_overlapping_tiles_are_cut_where_they_lie(data):
    tiles = choose_tiles(data, REGION, (8, 32))["train"]
    items = cut_tiles(tiles, len(CLASSES), Geometry(REGION, REGION))
    for tile, image in zip(tiles, items.images, strict=True):
        x = tile.box[0]
        np.testing.assert_array_equal(image, tile.sample.read()[:, x : x + REGION[0]])


def test_networks_of_several_geometries_see_the_same_tiles(data):
    tiles = judged_tiles(data, "val", REGION)
    own, half = Geometry(REGION, REGION), Geometry(REGION, (16, 16))
    frames = []
    inputs = tile_inputs(tiles, (own, half), frames.append)
    assert len(frames) == len(data.of("val"))
    for geometry in (own, half):
        alone = cut_tiles(tiles, len(CLASSES), geometry).images
        np.testing.assert_array_equal(inputs[geometry], alone)
    assert inputs[half].shape == (len(tiles), 16, 16)


def test_a_holdout_that_stays_closed_is_not_chosen(data):
    assert set(choose_tiles(data, REGION, holdout=False)) == {"train", "val"}


def test_items_of_other_classes_are_defective_or_clean(data):
    own = cut_items(data, "train", Geometry(REGION, REGION))
    others = defective_or_clean(own, 5)
    assert others.labels.shape == (len(own), 5)
    np.testing.assert_array_equal(others.labels[:, 0], own.labels.any(axis=1))
    assert not others.labels[:, 1:].any()


def test_joined_items_are_all_there_in_order(data):
    geometry = Geometry(REGION, REGION)
    train, val = cut_items(data, "train", geometry), cut_items(data, "val", geometry)
    parts = [train, val]
    both = join_items(parts)
    for name in ("images", "labels", "groups"):
        np.testing.assert_array_equal(getattr(both, name)[: len(train)], getattr(train, name))
        np.testing.assert_array_equal(getattr(both, name)[len(train) :], getattr(val, name))
    assert not parts


def test_of_a_large_val_a_part_is_looked_at(data, monkeypatch):
    monkeypatch.setattr("train.regions.items.MAX_VAL_ITEMS", 2)
    tiles = choose_tiles(data, REGION)
    assert len(tiles["val"]) == 2
    assert len(tiles["train"]) > 2
