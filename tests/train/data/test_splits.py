from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.core.errors import (
    ConfigError,
    DataError,
    LabelError,
    UnwritableError,
)
from tests.train.data.build import box, sample
from train.data.sample import UNLABELLED, DataSet, Sample
from train.data.splits import (
    STUDY_SHARES,
    apply_splits,
    assign_splits,
    parse_shares,
    read_splits,
    write_splits,
)


def strip(number: int, *classes: int, group: str | None = None) -> Sample:
    return sample(*(box(c, 0, 0, 9, 9) for c in classes), name=f"{number:04}.png", group=group)


def severstal_like(count: int = 1000) -> list[Sample]:
    """Frames with the competition's shares of clean, of classes and of two classes."""
    rng = random.Random(0)
    kinds = [(), (0,), (1,), (2,), (3,), (2, 3), (0, 2)]
    weights = [5902, 769, 195, 4759, 516, 284, 91]
    return [strip(i, *rng.choices(kinds, weights)[0]) for i in range(count)]


def places(samples: list[Sample]) -> dict[str, str]:
    return {s.name: s.split for s in samples}


def test_shares_are_the_studys() -> None:
    count = Counter(s.split for s in assign_splits(severstal_like()))
    assert count == {"train": 630, "val": 270, "holdout": 100}


@pytest.mark.parametrize("label", [None, 0, 1, 2, 3])
def test_every_class_keeps_its_share(label: int | None) -> None:
    samples = assign_splits(severstal_like())
    showing = [
        s for s in samples if (label in s.class_indices if label is not None else not s.instances)
    ]
    count = Counter(s.split for s in showing)
    for split, share in STUDY_SHARES.items():
        assert count[split] == pytest.approx(share * len(showing), abs=4)


def test_seed_decides_and_order_does_not() -> None:
    samples = severstal_like(200)
    dealt = places(assign_splits(samples, seed=1))
    assert places(assign_splits(samples[::-1], seed=1)) == dealt
    assert places(assign_splits(samples, seed=2)) != dealt


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 12), st.sets(st.integers(0, 3))), min_size=1))
def test_a_group_never_crosses(drawn: list[tuple[int, set[int]]]) -> None:
    samples = [strip(i, *classes, group=f"g{g}") for i, (g, classes) in enumerate(drawn)]
    samples += [strip(1000 + i) for i in range(3)]
    splits: dict[str, set[str]] = {}
    for dealt in assign_splits(samples):
        splits.setdefault(dealt.group, set()).add(dealt.split)
    assert all(len(of_group) == 1 for of_group in splits.values())
    assert set.union(*splits.values()) <= set(STUDY_SHARES)


def test_large_groups_are_all_in_train() -> None:
    samples = [strip(i, 2, group="large") for i in range(21)] + severstal_like(60)
    dealt = [s for s in assign_splits(samples, seed=3) if s.group == "large"]
    assert {s.split for s in dealt} == {"train"}


def test_unlabelled_images_are_never_dealt() -> None:
    unlabelled = [sample(name=f"t{i}.png", split=UNLABELLED) for i in range(5)]
    dealt = assign_splits(severstal_like(50) + unlabelled)
    assert [s.split for s in dealt[50:]] == [UNLABELLED] * 5
    assert UNLABELLED not in {s.split for s in dealt[:50]}


def test_too_few_groups_are_refused() -> None:
    with pytest.raises(DataError, match="2 groups of images cannot be dealt to 3 splits"):
        assign_splits([strip(1, group="a"), strip(2, group="a"), strip(3, group="b")])


def test_shares_on_request() -> None:
    assert parse_shares("train=0.8, test=0.2") == {"train": 0.8, "test": 0.2}
    dealt = assign_splits(severstal_like(100), parse_shares("train=0.8,test=0.2"))
    assert Counter(s.split for s in dealt) == {"train": 80, "test": 20}


@pytest.mark.parametrize(
    "text", ["", "train", "train=x", "train=0.5", "train=1.5,val=-0.5", "a b=1", "unlabelled=1"]
)
def test_shares_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="shares"):
        parse_shares(text)


def data_set(root: Path, samples: list[Sample]) -> DataSet:
    return DataSet("x", root, ("1", "2", "3", "4"), tuple(samples))


def test_a_written_file_brings_the_same_splits_back(tmp_path: Path) -> None:
    samples = [*severstal_like(40), sample(name="t.png", split=UNLABELLED)]
    dealt = assign_splits(samples)
    write_splits(tmp_path / "splits.csv", dealt)
    assert (tmp_path / "splits.csv").read_text().startswith("image,group,split\n")
    again = apply_splits(data_set(tmp_path, samples), tmp_path / "splits.csv")
    assert list(again.samples) == dealt


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        ("image,split\n", LabelError, "lacks the columns image,group,split"),
        ("", LabelError, "lacks the columns"),
        ("image,group,split\n1.png,a\n", LabelError, "line 2 is not image, group and split"),
        ("image,group,split\n1.png,a,unlabelled\n", LabelError, "line 2 is not"),
        ("image,group,split\n1.png,a,val\n1.png,a,val\n", LabelError, "line 3 names 1.png a sec"),
        ("image,group,split\n1.png,a,val\n2.png,a,train\n", LabelError, "'a' into two splits"),
        ("image,group,split\n1.png,a,val\n", DataError, r"misses 1 images \(2\.png\)"),
        (
            "image,group,split\n1.png,a,val\n9.png,b,val\n8.png,b,val\n",
            DataError,
            r"names unknown 2 images \(9\.png, 8\.png\) and misses 1 images \(2\.png\)",
        ),
    ],
)
def test_wrong_split_files_are_refused(
    tmp_path: Path, rows: str, error: type[Exception], words: str
) -> None:
    path = tmp_path / "splits.csv"
    path.write_text(rows)
    data = data_set(tmp_path, [sample(name="1.png"), sample(name="2.png")])
    with pytest.raises(error, match=words):
        apply_splits(data, path)


def test_unreadable_and_unwritable_paths(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="cannot be read"):
        read_splits(tmp_path)
    with pytest.raises(UnwritableError):
        write_splits(tmp_path / "no" / "splits.csv", severstal_like(3))


def test_one_coil_in_one_group_cannot_be_dealt() -> None:
    samples = [sample(name=f"{n}.png", group="coil 7") for n in range(30)]
    with pytest.raises(DataError, match="30 of 30 are in group 'coil 7'") as caught:
        assign_splits(samples)
    assert "one coil's" in caught.value.hint


def test_large_groups_are_dealt_where_no_others_suffice() -> None:
    samples = [
        sample(name=f"{coil} {n}.png", group=f"coil {coil}") for coil in range(4) for n in range(25)
    ]
    assert {s.split for s in assign_splits(samples)} == {"train", "val", "holdout"}


def test_two_coils_and_a_stray_leave_no_split_empty_in_silence() -> None:
    samples = [sample(name=f"{n}.png", group=f"coil {n // 25}") for n in range(50)]
    samples += [sample(name="s.png", group="stray"), sample(name="t.png", group="stray")]
    try:
        splits = {s.split for s in assign_splits(samples)}
    except DataError as error:
        assert "would be empty" in error.what
    else:
        assert splits == {"train", "val", "holdout"}


def test_a_pipe_in_the_split_file_s_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "splits.csv")
    with pytest.raises(LabelError, match="cannot be read: it is a named pipe"):
        read_splits(tmp_path / "splits.csv")
