"""Opening a folder in either layout: train/data/__init__.py."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from edge.core.errors import (
    DataError,
    ImageError,
    MissingPathError,
    UnwritableError,
)
from edge.core.images import write_image
from tests.train.conftest import closed_folder
from tests.train.data.build import SQUARE, annotation, coco, image, noise, severstal
from train.data import open_data, read_unsplit
from train.data.sample import UNLABELLED
from train.data.splits import read_splits, split_data, write_splits

NAMES = tuple(f"{i}.jpg" for i in range(10))
ROWS = "ImageId,ClassId,EncodedPixels\n" + "".join(f"{n},3,{SQUARE}\n" for n in NAMES[:5])


def test_severstal_is_split_once_and_the_file_reused(tmp_path: Path) -> None:
    root = severstal(tmp_path, ROWS, NAMES, tests=1)
    first = open_data(root, create=True)
    assert Counter(s.split for s in first.samples) == {
        "train": 6,
        "val": 3,
        "holdout": 1,
        UNLABELLED: 1,
    }
    moved = (root / "splits.csv").read_text().replace("holdout", "later")
    (root / "splits.csv").write_text(moved)
    assert len(open_data(root).of("later")) == 1


def test_identical_frames_stay_together(tmp_path: Path) -> None:
    root = severstal(tmp_path, ROWS, NAMES)
    for name in NAMES[1:4]:
        (root / "train_images" / name).write_bytes((root / "train_images" / "0.jpg").read_bytes())
    together = [s for s in open_data(root, create=True).samples if s.group == "0"]
    assert [s.name for s in together] == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]
    assert len({s.split for s in together}) == 1


def test_a_split_file_may_lie_elsewhere(tmp_path: Path) -> None:
    root = severstal(tmp_path / "data", ROWS, NAMES)
    mine = tmp_path / "mine.csv"
    write_splits(mine, split_data(read_unsplit(root), seed=5).samples)
    found = {s.name: s.split for s in open_data(root, splits=mine).samples}
    assert found == {name: place.split for name, place in read_splits(mine).items()}
    assert not (root / "splits.csv").exists()


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize("layout", ["severstal", "coco"])
def test_a_mistyped_split_file_is_no_new_one(tmp_path: Path, layout: str, create: bool) -> None:
    if layout == "coco":
        root = coco(tmp_path / "data", {"default": ([image(1)], [])})
    else:
        root = severstal(tmp_path / "data", ROWS, NAMES)
    with pytest.raises(MissingPathError, match=r"mistyped\.csv.*millsight data split .* --out"):
        open_data(root, splits=tmp_path / "mistyped.csv", create=create)
    assert [p.name for p in tmp_path.iterdir()] == ["data"]


def test_who_only_judges_deals_no_splits(tmp_path: Path) -> None:
    root = severstal(tmp_path, ROWS, NAMES)
    with pytest.raises(MissingPathError, match=r"not split yet.*millsight data split"):
        open_data(root)
    assert not (root / "splits.csv").exists()


def test_a_split_file_overrules_cocos_own_splits(tmp_path: Path) -> None:
    images = [image(n) for n in range(1, 11)]
    root = coco(tmp_path / "data", {"default": (images, [annotation(1, 1)])})
    assert {s.split for s in open_data(root).samples} == {"default"}
    mine = tmp_path / "splits.csv"
    write_splits(mine, split_data(read_unsplit(root)).samples)
    dealt = open_data(root, splits=mine)
    assert Counter(s.split for s in dealt.samples) == {"train": 6, "val": 3, "holdout": 1}


def test_a_folder_that_cannot_be_written_says_how_to_go_on(open_path: Path) -> None:
    root = severstal(open_path, ROWS, NAMES)
    root.chmod(0o555)
    with pytest.raises(UnwritableError, match=r"millsight data split .* --out FILE"):
        open_data(root, create=True)
    assert not (root / "splits.csv").exists()


@pytest.mark.parametrize(
    ("layout", "closed"),
    [
        ("severstal", ".."),
        ("severstal", "."),
        ("severstal", "train_images"),
        ("coco", ".."),
        ("coco", "."),
        ("coco", "images"),
        ("coco", "annotations"),
    ],
)
def test_folders_that_cannot_be_looked_into_are_named(
    open_path: Path, layout: str, closed: str
) -> None:
    root = open_path / "parent" / "data"
    if layout == "coco":
        coco(root, {"default": ([image(1)], [])})
        (root / "annotations").mkdir()
        file = "instances_default.json"
        (root / file).rename(root / "annotations" / file)
    else:
        severstal(root, ROWS, NAMES)
    refused = pytest.raises(DataError, match="cannot be read: Permission denied")
    with closed_folder((root / closed).resolve()), refused:
        open_data(root, create=True)


def test_folders_that_hold_nothing(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError, match="no data folder"):
        open_data(tmp_path / "missing")
    with pytest.raises(DataError, match=r"neither train\.csv"):
        open_data(tmp_path)


def test_a_frame_of_another_size_is_refused_when_it_is_read(tmp_path: Path) -> None:
    root = severstal(tmp_path, ROWS, NAMES)
    write_image(root / "train_images" / "0.jpg", noise(256, 800))
    with pytest.raises(ImageError, match="is 800×256, its labels are for 1600×256"):
        open_data(root, create=True).samples[0].read()
