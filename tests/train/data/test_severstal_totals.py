from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from tests.train.data.build import box, sample
from train.data.counts import count_labels
from train.data.sample import DataSet, Sample
from train.data.severstal import ABOUT, CLASSES
from train.data.severstal_totals import departures, is_full_severstal


@pytest.fixture(scope="module")
def full(real_data: Path) -> list[Sample]:
    """The competition's 12,568 images with the classes that each shows."""
    with open(real_data / "severstal" / "image_classes.csv", newline="") as file:
        return [
            sample(
                *(box(i, 0, 0, 9, 9) for i in range(4) if row[f"c{i + 1}"] == "1"),
                name=row["ImageId"],
            )
            for row in csv.DictReader(file)
        ]


def data_set(root: Path, samples: list[Sample]) -> DataSet:
    return DataSet("severstal", root, CLASSES, tuple(samples))


def test_the_full_set_has_the_known_totals(full: list[Sample], tmp_path: Path) -> None:
    assert is_full_severstal(data_set(tmp_path, full))
    assert list(departures(count_labels(full, CLASSES))) == []


def test_departures_are_put_in_words(full: list[Sample]) -> None:
    of_class_2 = next(i for i, s in enumerate(full) if s.class_indices == {1})
    changed = [*full[:of_class_2], replace(full[of_class_2], instances=()), *full[of_class_2 + 1 :]]
    assert list(departures(count_labels(changed, CLASSES))) == [
        "5,903 clean images; the competition's set has 5,902",
        "246 images with class 2; the competition's set has 247",
        "6,238 images with 1 classes; the competition's set has 6,239",
    ]


def test_other_sets_are_not_taken_for_it(full: list[Sample], tmp_path: Path) -> None:
    renamed = [replace(s, path=Path(f"sim_{s.name}")) for s in full]
    assert not is_full_severstal(data_set(tmp_path, full[:1000]))
    assert not is_full_severstal(data_set(tmp_path, renamed))
    (tmp_path / ABOUT).touch()
    assert not is_full_severstal(data_set(tmp_path, full))
