from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from edge.core.errors import (
    DataError,
    ImageError,
    LabelError,
    MillsightError,
    MissingPathError,
)
from edge.core.images import write_image
from tests.train.data.build import SQUARE, noise, severstal
from train.data.sample import UNLABELLED
from train.data.severstal import read_severstal

NEW = f"ImageId,ClassId,EncodedPixels\na.jpg,1,{SQUARE}\na.jpg,3,1 5\nb.jpg,3,1 2 600 3\n"
OLD = "ImageId_ClassId,EncodedPixels\n" + "".join(
    f"{image}_{class_id},{runs.get((image, class_id), '')}\n"
    for runs in [{("a.jpg", 1): SQUARE, ("a.jpg", 3): "1 5", ("b.jpg", 3): "1 2 600 3"}]
    for image in ("a.jpg", "b.jpg", "c.jpg")
    for class_id in (1, 2, 3, 4)
)


@pytest.mark.parametrize("rows", [NEW, OLD, "\ufeff" + NEW.replace("\n", "\r\n")])
def test_both_header_forms_read_alike(tmp_path: Path, rows: str) -> None:
    data = read_severstal(severstal(tmp_path, rows))
    shown = {s.name: [(i.class_index, i.box) for i in s.instances] for s in data.samples}
    assert data.classes == ("1", "2", "3", "4")
    assert shown == {
        "a.jpg": [(0, (1, 0, 2, 10)), (2, (0, 0, 1, 5))],
        "b.jpg": [(2, (0, 0, 1, 2)), (2, (2, 87, 1, 3))],
        "c.jpg": [],
    }


def test_an_instance_draws_its_own_part_of_the_mask(tmp_path: Path) -> None:
    data = read_severstal(severstal(tmp_path, NEW))
    masks = [i.mask(256, 1600) for i in data.samples[1].instances]
    assert [mask.sum() for mask in masks if mask is not None] == [2, 3]


def test_images_are_found_by_stem(tmp_path: Path) -> None:
    root = severstal(tmp_path, NEW, names=("a.png", "b.jpg"))
    assert [s.name for s in read_severstal(root).samples] == ["a.png", "b.jpg"]


def test_test_images_are_unlabelled_and_no_image_is_opened(tmp_path: Path) -> None:
    root = severstal(tmp_path, NEW, tests=2)
    for path in root.glob("*_images/*"):
        path.write_bytes(b"no image at all")
    data = read_severstal(root)
    assert [s.name for s in data.of(UNLABELLED)] == ["t0.jpg", "t1.jpg"]


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        ("", DataError, "train.csv is empty"),
        ("ImageId,ClassId,EncodedPixels\n", DataError, "has no rows"),
        ("ImageId,EncodedPixels\na.jpg,1 5\n", LabelError, "lacks the column ClassId"),
        ("ImageId_ClassId\na.jpg_1\n", LabelError, "lacks the column EncodedPixels"),
        ("ImageId,ClassId,ClassId,EncodedPixels\n", LabelError, "repeats ClassId"),
        ("ImageId,ClassId,EncodedPixels\na.jpg,5,1 5\n", LabelError, "not one of 1, 2, 3 and 4"),
        ("ImageId_ClassId,EncodedPixels\na.jpg_0,1 5\n", LabelError, "not one of 1, 2, 3 and 4"),
        ("ImageId,ClassId,EncodedPixels\na.jpg,1\n", LabelError, "line 2 has 2 fields"),
        ("ImageId,ClassId,EncodedPixels\na.jpg,1,1 5 3\n", LabelError, "not pairs"),
        ("ImageId,ClassId,EncodedPixels\na.jpg,1,409599 9\n", LabelError, "past the image's last"),
        ("ImageId,ClassId,EncodedPixels\na.jpg,1,1 5 3 9\n", LabelError, "overlaps another"),
        ("ImageId,ClassId,EncodedPixels\na.jpg,1,1 5\na.jpg,1,9 5\n", LabelError, "second row"),
        (NEW + "z.jpg,1,1 5\n", DataError, "names 1 images that are not in train_images/: z.jpg"),
    ],
)
def test_wrong_tables_are_refused(
    tmp_path: Path, rows: str, error: type[MillsightError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        read_severstal(severstal(tmp_path, rows, names=("a.jpg", "b.jpg")))
    assert "train.csv" in caught.value.what


def test_the_line_at_fault_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"train\.csv line 5 \(b\.jpg, class 4\)"):
        read_severstal(severstal(tmp_path, NEW + "b.jpg,4,0 5\n"))


def test_every_fault_is_handed_to_complain(tmp_path: Path) -> None:
    rows = NEW + "b.jpg,4,0 5\nc.jpg,9,1 5\nz.jpg,1,1 5\n"
    faults: list[str] = []
    data = read_severstal(severstal(tmp_path, rows), lambda path, error: faults.append(error.what))
    assert len(faults) == 3
    assert len(data.samples) == 3


@pytest.mark.parametrize("lacking", ["train.csv", "train_images"])
def test_a_missing_part_is_named(tmp_path: Path, lacking: str) -> None:
    root = severstal(tmp_path, NEW)
    (root / lacking).rename(root / "elsewhere")
    with pytest.raises(MissingPathError, match=lacking):
        read_severstal(root)


def test_two_files_of_one_image_are_refused(tmp_path: Path) -> None:
    root = severstal(tmp_path, NEW)
    write_image(root / "train_images" / "a.png", noise(256, 1600))
    with pytest.raises(DataError, match="one image"):
        read_severstal(root)


def test_parts_are_those_that_were_counted_on_the_real_masks(
    tmp_path: Path, real_data: Path
) -> None:
    with open(real_data / "severstal" / "train_1000.csv", newline="") as file:
        rows = list(csv.DictReader(file))[:200]
    (tmp_path / "train_images").mkdir()
    with open(tmp_path / "train.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    names = {row["ImageId"] for row in rows}
    for name in names:
        (tmp_path / "train_images" / name).touch()
    with open(real_data / "severstal" / "object_sizes.csv", newline="") as file:
        counted = Counter(
            (row["image"], int(row["class"]), int(row["w"]), int(row["h"]))
            for row in csv.DictReader(file)
            if f"{row['image']}.jpg" in names
        )
    read = Counter(
        (s.path.stem, i.class_index + 1, int(i.box[2]), int(i.box[3]))
        for s in read_severstal(tmp_path).samples
        for i in s.instances
    )
    # One row of an image's four may lie beyond the first 200; that image is left out.
    last = rows[-1]["ImageId"].removesuffix(".jpg")
    assert {k: n for k, n in read.items() if k[0] != last} == {
        k: n for k, n in counted.items() if k[0] != last
    }


@pytest.mark.parametrize(
    "rows",
    [
        f"ImageId;ClassId;EncodedPixels\na.jpg;3;{SQUARE}\n",
        f"ImageId;ClassId;EncodedPixels\r\na.jpg;3.0;{SQUARE}\r\n",
        f'"ImageId";"ClassId";"EncodedPixels"\n"a.jpg";"3";"{SQUARE}"\n',
        f"\ufeffImageId\tClassId\tEncodedPixels\na.jpg\t3\t{SQUARE}\n",
        f"ImageId,ClassId,EncodedPixels\na.jpg,3.0,{SQUARE}\n",
        f"ImageId_ClassId;EncodedPixels\na.jpg_3;{SQUARE}\nb.jpg_1;\n",
    ],
)
def test_tables_as_spreadsheets_and_pandas_write_them(tmp_path: Path, rows: str) -> None:
    samples = {s.name: s for s in read_severstal(severstal(tmp_path, rows)).samples}
    assert samples["a.jpg"].class_indices == {2}
    assert samples["b.jpg"].instances == ()


def test_a_pipe_among_the_images_is_not_waited_for(tmp_path: Path) -> None:
    root = severstal(tmp_path, NEW)
    os.mkfifo(root / "train_images" / "d.jpg")
    with pytest.raises(ImageError, match=r"d\.jpg is not a file"):
        read_severstal(root)


def test_nor_is_one_in_the_table_s_place(tmp_path: Path) -> None:
    root = severstal(tmp_path, NEW)
    (root / "train.csv").unlink()
    os.mkfifo(root / "train.csv")
    with pytest.raises(LabelError, match="cannot be read: it is a named pipe"):
        read_severstal(root)
