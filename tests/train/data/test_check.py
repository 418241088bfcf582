from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.core.errors import DataError, MissingPathError
from edge.core.frame import Pixels
from edge.core.images import write_image
from tests.train.data.build import SQUARE, annotation, coco, image, noise, severstal, with_exif
from tests.train.data.surface import surface
from train.data.check import check_data

ROWS = f"ImageId,ClassId,EncodedPixels\na.jpg,1,{SQUARE}\nb.jpg,3,1 5\n"


def words(root: Path, severity: str) -> list[str]:
    """What the check says, as ``file name: words``."""
    findings = check_data(root).findings
    return [f"{Path(f.path).name}: {f.words}" for f in findings if f.severity == severity]


def test_a_sound_folder_is_counted_and_left_as_it_was(tmp_path: Path) -> None:
    root = severstal(tmp_path, ROWS, tests=2)
    before = sorted(tmp_path.rglob("*"))
    report = check_data(root)
    assert report.errors == 0
    assert (report.counts.images, report.counts.clean, report.unlabelled) == (3, 1, 2)
    assert report.counts.images_by_class == {"1": 1, "2": 0, "3": 1, "4": 0}
    assert not report.is_full_severstal
    assert sorted(tmp_path.rglob("*")) == before


def spoil_truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5000])


def spoil_colour(path: Path) -> None:
    colour = np.dstack([noise(256, 1600, seed) for seed in range(3)])
    write_image(path, cv2.GaussianBlur(colour, (0, 0), 5))


def spoil_size(path: Path) -> None:
    write_image(path, noise(128, 1600))


def spoil_text(path: Path) -> None:
    path.write_text("not an image")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_truncate, "is cut off before its end"),
        (spoil_colour, "has real colour"),
        (spoil_size, "is 1600×128, its labels are for 1600×256"),
        (spoil_text, "is not an image"),
        (lambda path: path.write_bytes(b""), "is empty"),
    ],
)
@pytest.mark.parametrize("where", ["train_images/b.jpg", "test_images/t1.jpg"])
def test_images_that_cannot_be_used_are_named(tmp_path: Path, where: str, spoil, said: str) -> None:
    root = severstal(tmp_path, ROWS, tests=2)
    spoil(root / where)
    (finding,) = words(root, "error")
    assert finding.startswith(f"{Path(where).name}: ")
    assert said in finding


def test_every_wrong_label_is_listed(tmp_path: Path) -> None:
    more = "a.jpg,2,409600 2\na.jpg,3,1 5 2 5\na.jpg,7,1 5\nz.jpg,1,1 5\n"
    found = words(severstal(tmp_path, ROWS + more), "error")
    for line, said in enumerate(("past the image's last", "overlaps", "not one of 1, 2"), start=4):
        assert any(f"line {line} " in f and said in f for f in found)
    assert any("z.jpg" in f for f in found)
    assert len(found) == 4


def test_a_split_file_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    root = severstal(tmp_path, ROWS)
    (root / "splits.csv").write_text("image,group,split\na.jpg,a,train\n")
    (finding,) = words(root, "error")
    assert "misses 2 images (b.jpg, c.jpg)" in finding


def test_orphans_and_copies_are_warnings(tmp_path: Path) -> None:
    images = [image(1, "g"), image(2, "g"), image(3, "h")]
    root = coco(tmp_path, {"val": (images, [annotation(1, 1)])})
    shutil.copy(root / "images" / "3.png", root / "images" / "4.png")
    (root / "images" / "notes.txt").touch()
    for number in (2, 3):
        shutil.copy(root / "images" / "1.png", root / "images" / f"{number}.png")
    assert words(root, "error") == []
    assert words(root, "warning") == [
        "4.png: no label file names this image",
        "notes.txt: not an image",
        "2.png: the same bytes as 1.png, but labelled with other classes",
        "3.png: the same bytes as 1.png, but labelled with other classes",
    ]


def test_copies_in_two_splits_are_an_error(tmp_path: Path) -> None:
    root = coco(tmp_path, {"train": ([image(1)], []), "val": ([image(2)], [])})
    shutil.copy(root / "images" / "1.png", root / "images" / "2.png")
    said = "2.png: the same bytes as 1.png, which is in train, this in val"
    assert words(root, "error") == [said]


def test_copies_within_a_group_are_counted_once(tmp_path: Path) -> None:
    root = coco(tmp_path, {"val": ([image(n, "g") for n in (1, 2, 3)], [])})
    for number in (2, 3):
        shutil.copy(root / "images" / "1.png", root / "images" / f"{number}.png")
    assert words(root, "warning") == []
    (note,) = words(root, "note")
    assert "2 files hold the same bytes as another of their group" in note


def test_a_box_that_its_mask_does_not_fill_is_a_warning(tmp_path: Path) -> None:
    square = [[10, 8, 30, 8, 30, 24, 10, 24]]
    entries = [
        annotation(1, 1, segmentation=square),
        annotation(2, 1, segmentation=square, bbox=[10, 8, 25, 16]),
    ]
    root = coco(tmp_path, {"val": ([image(1)], entries)})
    assert words(root, "warning") == ["1.png: a box of pit is 5 px off the box of its mask"]


def test_nothing_to_check(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError):
        check_data(tmp_path / "missing")
    with pytest.raises(DataError, match="empty"):
        check_data(severstal(tmp_path, ""))


@pytest.mark.parametrize("name", ["neuseg", "magnetic_tile"])
def test_real_sets_are_sound(real_data: Path, name: str) -> None:
    report = check_data(real_data / name, near_duplicates=False)
    assert report.errors == 0, report.findings


def test_real_frames_with_their_masks_are_sound(real_data: Path, tmp_path: Path) -> None:
    frames = real_data / "severstal" / "frames"
    shutil.copytree(frames, tmp_path / "train_images")
    stems = {path.stem for path in frames.iterdir()}
    header, *rows = (real_data / "severstal" / "train_1000.csv").read_text().splitlines()
    kept = [row for row in rows if row.split(".")[0] in stems]
    (tmp_path / "train.csv").write_text("\n".join([header, *kept]) + "\n")
    report = check_data(tmp_path)
    assert report.findings == ()
    assert report.near_duplicates == 0
    assert report.counts.images == 20
    assert sum(report.counts.images_by_class.values()) == len(kept) > 0


def test_a_table_whose_only_row_is_wrong_is_told_as_that(tmp_path: Path) -> None:
    root = severstal(tmp_path, "ImageId,ClassId,EncodedPixels\na.jpg,7,1 5\n")
    (said,) = words(root, "error")
    assert "class 7" in said and "not one of 1, 2, 3 and 4" in said


def strips(root: Path, splits: dict[str, list[Pixels]]) -> Path:
    """A COCO set of clean pictures, numbered over all splits."""
    number, named = 0, {}
    for split, pictures in splits.items():
        named[split] = ([], [])
        for pixels in pictures:
            number += 1
            named[split][0].append(image(number, width=400, height=128))
            (root / "images").mkdir(parents=True, exist_ok=True)
            write_image(root / "images" / f"{number}.png", pixels)
    return coco(root, named, draw=False)


def test_near_duplicates_that_cross_splits_are_an_error(tmp_path: Path) -> None:
    long = surface(128, 700, 0)
    rest = [surface(128, 400, seed) for seed in range(1, 5)]
    brighter = np.asarray(long[:, 200:600] * 0.7 + 30, np.uint8)
    root = strips(tmp_path, {"train": [long[:, :400], *rest[:2]], "val": [brighter, *rest[2:]]})
    report = check_data(root)
    (finding,) = [f for f in report.findings if f.severity == "error"]
    assert "1 of 3 val images share surface with train images (1.png and 4.png)" in finding.words
    assert (report.near_duplicates, report.groups) == (1, 5)


def test_near_duplicates_that_were_not_sought_are_not_counted(tmp_path: Path) -> None:
    long = surface(128, 700, 0)
    root = strips(tmp_path, {"train": [long[:, :400]], "val": [long[:, 200:600]]})
    report = check_data(root, near_duplicates=False)
    assert (report.errors, report.near_duplicates, report.groups) == (0, None, 2)
    assert any("near-duplicates were not sought" in f.words for f in report.findings)


def test_simulated_frames_share_backgrounds_by_design(tmp_path: Path) -> None:
    root = severstal(tmp_path, ROWS)
    (root / "simulated.json").write_text('{"source": "drawn", "terms": "none"}')
    report = check_data(root)
    assert report.near_duplicates is None
    assert any("by design" in f.words for f in report.findings)


def test_what_was_found_is_told_though_nothing_can_be_used(tmp_path: Path) -> None:
    root = coco(tmp_path, {"val": ([image(1), image(1, file_name="2.png")], [])}, draw=False)
    found = words(root, "error")
    assert any("names 1 images that are not there: 1.png" in f for f in found)
    assert any("2.png has the id 1" in f for f in found)
    assert any("names no images that can be used" in f for f in found)


def test_copies_are_told_though_another_file_cannot_be_read(tmp_path: Path) -> None:
    root = coco(tmp_path, {"val": ([image(1, "a"), image(2, "b"), image(3, "c")], [])})
    shutil.copy(root / "images" / "1.png", root / "images" / "2.png")
    (root / "images" / "3.png").write_bytes(b"no picture")
    assert any("2.png: the same bytes as 1.png" in f for f in words(root, "warning"))
    assert any(f.startswith("3.png: ") for f in words(root, "error"))


def test_the_worst_is_told_first(tmp_path: Path) -> None:
    root = coco(tmp_path, {"val": ([image(1), image(2)], [])})
    (root / "images" / "1.png").write_bytes(b"")
    severities = [finding.severity for finding in check_data(root).findings]
    assert severities == sorted(severities, key=["error", "warning", "note"].index)
    assert {"error", "note"} <= set(severities)


@pytest.mark.parametrize("orientation", [2, 3, 6, 8])
def test_an_exif_orientation_is_told_and_refused(tmp_path: Path, orientation: int) -> None:
    names = ("a.jpg", "b.jpg", "c.jpg")
    root = severstal(tmp_path, ROWS, names)
    path = root / "train_images" / "b.jpg"
    path.write_bytes(with_exif(path.read_bytes(), orientation))
    (finding,) = words(root, "error")
    assert finding.startswith("b.jpg: ")
    assert f"EXIF orientation {orientation}" in finding
