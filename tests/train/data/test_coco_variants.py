"""COCO as the tools write it: names, ids, layouts, crowds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edge.core.errors import DataError, LabelError
from edge.core.images import write_image
from tests.train.data.build import annotation, coco, image, noise
from train.data import open_data, read_unsplit
from train.data.coco import read_coco
from train.data.splits import split_data, write_splits
from train.data.tiles import label_tiles


def named(root: Path, written: str, lies: str, file: str = "instances_train.json") -> Path:
    """A set whose only image is named so, and lies there."""
    (root / lies).parent.mkdir(parents=True, exist_ok=True)
    write_image(root / lies, noise(48, 64))
    document = {
        "images": [image(1, file_name=written.format(root=root))],
        "annotations": [annotation(1, 1)],
        "categories": [{"id": 1, "name": "pit"}],
    }
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(json.dumps(document))
    return root


@pytest.mark.parametrize(
    ("written", "lies", "name"),
    [
        ("images\\a.png", "images/a.png", "a.png"),
        ("coil0\\a.png", "images/coil0/a.png", "coil0/a.png"),
        ("coil0/a.png", "images/coil0/a.png", "coil0/a.png"),
        ("./a.png", "images/a.png", "a.png"),
        ("{root}/images/a.png", "images/a.png", "a.png"),
        ("{root}/elsewhere/a.png", "elsewhere/a.png", "elsewhere/a.png"),
        ("../images/a.png", "images/a.png", "a.png"),
        ("a.png", "train/a.png", "a.png"),
        ("a.png", "images/train/a.png", "a.png"),
        ("a b.png", "images/a b.png", "a b.png"),
    ],
)
def test_names_that_lead_to_a_picture_inside(
    tmp_path: Path, written: str, lies: str, name: str
) -> None:
    root = named(tmp_path, written, lies, "annotations/instances_train.json")
    (sample,) = read_coco(root).samples
    assert sample.name == name
    assert sample.path.samefile(root / lies)


@pytest.mark.parametrize(
    "written", ["/home/django/data/a.png", "../../a.png", "C:\\strip\\a.png", "..\\..\\a.png"]
)
def test_names_that_lead_out_are_refused_by_name(tmp_path: Path, written: str) -> None:
    root = named(tmp_path / "data", written, "images/a.png")
    (tmp_path / "a.png").write_bytes((root / "images" / "a.png").read_bytes())
    with pytest.raises(LabelError, match="leads out of the data folder") as caught:
        read_coco(root)
    assert repr(written) in caught.value.what
    assert "relative to images/" in caught.value.hint


def test_a_backslash_in_a_files_own_name_is_no_folder(tmp_path: Path) -> None:
    (sample,) = read_coco(named(tmp_path, "a\\b.png", "images/a\\b.png")).samples
    assert sample.path.name == "a\\b.png"


@pytest.mark.parametrize("name", ["", ".", "..", "images", "n" * 300, "a\x00b.png", "\ud800.png"])
def test_names_of_no_picture_are_told(tmp_path: Path, name: str) -> None:
    with pytest.raises((DataError, LabelError)):
        read_coco(named(tmp_path, name.replace("{", ""), "images/a.png"))


def test_equal_names_in_folders_are_different_pictures(tmp_path: Path) -> None:
    names = ("coil0/frame_0.png", "coil1/frame_0.png")
    entries = [image(n, file_name=name) for n, name in enumerate(names, start=1)]
    for folder in ("coil0", "coil1"):
        (tmp_path / "images" / folder).mkdir(parents=True)
    data = read_coco(coco(tmp_path, {"train": (entries, [annotation(1, 2)])}))
    assert {s.name: len(s.instances) for s in data.samples} == dict(zip(names, (0, 1), strict=True))
    assert len({s.group for s in data.samples}) == 2


def test_equal_names_in_two_splits_folders_are_told_apart(tmp_path: Path) -> None:
    for seed, split in enumerate(("train", "val")):
        named(tmp_path, "a.png", f"images/{split}/a.png", f"instances_{split}.json")
        write_image(tmp_path / "images" / split / "a.png", noise(48, 64, seed))
    names = {s.split: s.name for s in read_coco(tmp_path).samples}
    assert names == {"train": "train/a.png", "val": "val/a.png"}


@pytest.mark.parametrize(("one", "other"), [(7, 7.0), (7, "7"), ("7", 7), ("7.0", 7), ("x", "x")])
def test_ids_are_one_however_they_are_written(tmp_path: Path, one: Any, other: Any) -> None:
    document = {
        "images": [image(1) | {"id": one}],
        "annotations": [annotation(1, 1) | {"image_id": other, "category_id": "3.0"}],
        "categories": [{"id": 3, "name": "pit"}],
    }
    (tmp_path / "images").mkdir()
    write_image(tmp_path / "images" / "1.png", noise(48, 64))
    (tmp_path / "instances_val.json").write_text(json.dumps(document))
    assert len(read_coco(tmp_path).samples[0].instances) == 1


def roboflow(root: Path) -> Path:
    """As Roboflow exports: a root category, files beside the pictures, ``valid`` and ``test``."""
    categories = [
        {"id": 0, "name": "defects", "supercategory": "none"},
        {"id": 1, "name": "pit", "supercategory": "defects"},
        {"id": 2, "name": "dent", "supercategory": "defects"},
    ]
    for number, split in enumerate(("train", "valid", "test"), start=1):
        (root / split).mkdir(parents=True)
        write_image(root / split / f"{number}_png.rf.1a.png", noise(48, 64, number))
        entry = image(number, file_name=f"{number}_png.rf.1a.png")
        marks = [annotation(1, number, 1, iscrowd=0)]
        document = {"images": [entry], "annotations": marks, "categories": categories}
        (root / split / "_annotations.coco.json").write_text(json.dumps(document))
    return root


def test_roboflows_layout_is_read(tmp_path: Path) -> None:
    data = open_data(roboflow(tmp_path))
    assert data.classes == ("pit", "dent")
    assert [s.split for s in data.samples] == ["holdout", "train", "val"]
    assert all(s.class_indices == {0} for s in data.samples)


def test_a_root_category_that_is_used_stays(tmp_path: Path) -> None:
    root = roboflow(tmp_path)
    path = root / "train" / "_annotations.coco.json"
    document = json.loads(path.read_text())
    document["annotations"][0]["category_id"] = 0
    path.write_text(json.dumps(document))
    assert read_coco(root).classes == ("defects", "pit", "dent")


def test_two_files_of_one_split_are_refused(tmp_path: Path) -> None:
    root = roboflow(tmp_path)
    (root / "valid").rename(root / "val")
    (root / "test").rename(root / "valid")
    with pytest.raises(DataError, match="are both of split 'val'"):
        read_coco(root)


def test_any_coco_file_is_found(tmp_path: Path) -> None:
    root = named(tmp_path, "a.png", "images/a.png", "annotations/result.json")
    (root / "package.json").write_text("{}")
    assert [s.split for s in read_unsplit(root).samples] == ["result"]


def test_crowds_are_neither_defect_nor_clean(tmp_path: Path) -> None:
    whole = {"size": [48, 64], "counts": [0, 48 * 20, 48 * 44]}
    crowd = annotation(1, 1, iscrowd=1, bbox=None, segmentation=whole)
    entries = [crowd, annotation(2, 2, iscrowd=0)]
    data = read_coco(coco(tmp_path, {"val": ([image(1), image(2)], entries)}))
    crowded, other = data.samples
    assert (crowded.instances, crowded.ignored) == ((), ((0, 0, 20, 48),))
    assert (len(other.instances), other.ignored) == (1, ())
    assert "1 crowd regions (iscrowd) are ignored: neither defect nor clean" in data.notes
    assert [tile.ambiguous for tile in label_tiles(crowded, (32, 48))] == [True, False]


def test_the_split_file_is_used_wherever_it_exists(tmp_path: Path) -> None:
    splits = {"train": ([image(n) for n in range(1, 11)], []), "val": ([image(11)], [])}
    root = coco(tmp_path, splits)
    write_splits(root / "splits.csv", split_data(read_unsplit(root), seed=1).samples)
    assert {s.split for s in open_data(root).samples} == {"train", "val", "holdout"}
    (root / "splits.csv").write_text("image,group,split\n1.png,a,train\n")
    with pytest.raises(DataError, match="misses 10 images"):
        open_data(root)


def test_a_single_file_is_dealt_for_training_alone(tmp_path: Path) -> None:
    root = coco(tmp_path, {"default": ([image(n) for n in range(1, 11)], [])})
    assert {s.split for s in open_data(root).samples} == {"default"}
    assert not (root / "splits.csv").exists()
    assert {s.split for s in open_data(root, create=True).samples} == {"train", "val", "holdout"}
    assert {s.split for s in open_data(root).samples} == {"train", "val", "holdout"}


def test_a_single_file_called_train_is_left_as_it_is(tmp_path: Path) -> None:
    root = coco(tmp_path, {"train": ([image(n) for n in range(1, 11)], [])})
    assert {s.split for s in open_data(root, create=True).samples} == {"train"}
    assert not (root / "splits.csv").exists()
