from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from edge.core.errors import DataError, ImageError, LabelError, MillsightError
from edge.core.images import write_image
from tests.train.data.build import noise
from train.data import open_data, read_unsplit
from train.data.class_folders import read_class_folders
from train.data.splits import split_data, write_splits


def folders(root: Path, *names: str, each: int = 2) -> Path:
    """Pictures in folders of these names, all different."""
    for place, name in enumerate(names):
        (root / name).mkdir(parents=True)
        for number in range(each):
            write_image(root / name / f"{number}.png", noise(48, 64, 100 * place + number))
    return root


def test_splits_and_classes_are_the_folders_names(tmp_path: Path) -> None:
    root = folders(tmp_path, "train/pit", "train/good", "valid/pit", "valid/dent", "test/dent")
    data = open_data(root)
    assert data.classes == ("dent", "pit")
    assert Counter(s.split for s in data.samples) == {"train": 4, "val": 4, "holdout": 2}
    shown = {s.name: [data.classes[i] for i in s.class_indices] for s in data.samples}
    assert shown["train/pit/0.png"] == ["pit"]
    assert shown["train/good/1.png"] == []
    # Equal file names in two folders are two pictures.
    assert len(shown) == 10
    assert data.samples[0].instances == () or data.samples[0].instances[0].box == (0, 0, 64, 48)


def test_without_splits_they_are_dealt_to_train_and_stay(tmp_path: Path) -> None:
    root = folders(tmp_path, "pit", "dent", each=10)
    assert {s.split for s in open_data(root).samples} == {"unsplit"}
    assert not (root / "splits.csv").exists()
    dealt = open_data(root, create=True)
    assert Counter(s.split for s in dealt.samples) == {"train": 13, "val": 5, "holdout": 2}
    assert open_data(root).samples == dealt.samples


def test_a_split_file_overrules_the_folders(tmp_path: Path) -> None:
    root = folders(tmp_path, "train/pit", "val/pit", each=5)
    write_splits(root / "splits.csv", split_data(read_unsplit(root), seed=4).samples)
    assert Counter(s.split for s in open_data(root).samples) == {"train": 6, "val": 3, "holdout": 1}


def test_groups_are_read(tmp_path: Path) -> None:
    root = folders(tmp_path, "train/pit", "val/pit")
    (root / "groups.csv").write_text(
        "file,class,group\ntrain/pit/0.png,pit,a\ntrain\\pit\\1.png,pit,a\n"
    )
    groups = {s.name: s.group for s in read_unsplit(root).samples}
    assert groups == {
        "train/pit/0.png": "a",
        "train/pit/1.png": "a",
        "val/pit/0.png": "val/pit/0",
        "val/pit/1.png": "val/pit/1",
    }


def test_a_group_in_two_splits_is_refused(tmp_path: Path) -> None:
    root = folders(tmp_path, "train/pit", "val/pit")
    (root / "groups.csv").write_text(
        "file,class,group\ntrain/pit/0.png,pit,a\nval/pit/0.png,pit,a\n"
    )
    with pytest.raises(LabelError, match="group 'a' in both train and val"):
        read_class_folders(root)


@pytest.mark.parametrize(
    ("content", "words"), [("file,class\n", "lacks the columns"), (b"\xff\xfe,\x80", "not a CSV")]
)
def test_groups_that_cannot_be_read_are_told(tmp_path: Path, content, words: str) -> None:
    root = folders(tmp_path, "train/pit")
    data = content if isinstance(content, bytes) else content.encode()
    (root / "groups.csv").write_bytes(data)
    with pytest.raises(LabelError, match=words):
        read_class_folders(root)


def test_pictures_at_two_depths_are_refused(tmp_path: Path) -> None:
    root = folders(tmp_path, "pit", "train/pit")
    with pytest.raises(DataError, match=r"both in CLASS/ .* and in SPLIT/CLASS/"):
        read_class_folders(root)


def test_clean_pictures_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="clean pictures alone"):
        read_class_folders(folders(tmp_path, "train/good", "val/OK"))


def test_pictures_that_cannot_be_used_are_listed(tmp_path: Path) -> None:
    root = folders(tmp_path, "train/pit")
    (root / "train" / "pit" / "0.png").write_bytes(b"no picture")
    write_image(root / "train" / "pit" / "1.png", noise(16, 64))
    said: list[MillsightError] = []
    assert read_class_folders(root, lambda path, error: said.append(error)).samples == ()
    assert [type(error) for error in said] == [ImageError, ImageError]
    assert "Sides from 32" in said[1].hint


def test_real_class_folders(real_data: Path) -> None:
    data = open_data(real_data / "xsdd")
    assert Counter(s.split for s in data.samples) == {"train": 862, "val": 180, "holdout": 164}
    assert len(data.classes) == 7
    groups = {split: len({s.group for s in data.of(split)}) for split in ("train", "val")}
    assert groups == {"train": 760, "val": 140}
    assert "Apache-2.0" in data.terms
