from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.train.data.build import annotation, coco, image
from train.data import open_data
from train.data.digest import data_digest, split_digest
from train.data.sample import DataSet
from train.evaluate.acquaintance import acquaintance, in_words


@pytest.fixture
def data(tmp_path: Path) -> DataSet:
    splits = {
        "train": ([image(1), image(2), image(3)], [annotation(1, 1)]),
        "val": ([image(4)], []),
        "holdout": ([image(5)], []),
    }
    return open_data(coco(tmp_path, splits))


def made_of(data: DataSet, *splits: str) -> Any:
    """The manifest of a bundle that was made of these splits."""
    samples = [sample for split in splits for sample in data.of(split)]
    about = SimpleNamespace(
        digest=data_digest(samples),
        split_digest=split_digest(samples),
        splits=dict.fromkeys(splits, 1),
    )
    return SimpleNamespace(data=about, holdout_openings=(1, 2))


@pytest.mark.parametrize("opened", [True, False])
@pytest.mark.parametrize(
    ("split", "known", "words"),
    [
        ("train", "trained on", "was trained on train"),
        ("val", "chosen on", "chosen on val"),
        ("holdout", "held back", "opened 2 times"),
    ],
)
def test_a_split_of_the_bundles_own_data_is_known(
    data: DataSet, opened: bool, split: str, known: str, words: str
) -> None:
    splits = ("train", "val", "holdout") if opened else ("train", "val")
    manifest = made_of(data, *splits)
    if not opened and split == "holdout":
        assert acquaintance(manifest, data, split) in ("held back", "not known")
        return
    assert acquaintance(manifest, data, split) == known
    assert words in in_words(known, split, manifest)  # type: ignore[arg-type]


def test_the_same_images_in_other_splits_are_told(data: DataSet) -> None:
    manifest = made_of(data, "train", "val", "holdout")
    swap = {"train": "val", "val": "holdout", "holdout": "train"}
    samples = tuple(replace(s, split=swap[s.split]) for s in data.samples)
    dealt = replace(data, samples=samples)
    assert acquaintance(manifest, dealt, "holdout") == "dealt anew"
    renamed = replace(data, samples=tuple(replace(s, split="all") for s in data.samples))
    assert acquaintance(manifest, renamed, "all") == "dealt anew"
    assert "in other splits" in in_words("dealt anew", "all", manifest)


def test_other_data_is_not_known(data: DataSet) -> None:
    manifest = made_of(data, "train", "val", "holdout")
    fewer = replace(data, samples=data.samples[1:])
    assert acquaintance(manifest, fewer, "val") == "not known"
    assert in_words("not known", "val", manifest) == ""
