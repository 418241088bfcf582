"""Representative data: train alone, every class, seeded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from edge.errors import DataError
from edge.preprocess import Geometry
from export.calibration import choose_regions, representative_inputs
from export.regions import Region, labelled_regions, region_inputs, region_labels
from tests.export.toy import GEOMETRY
from train.data import open_data
from train.data.sample import DataSet, Sample

CLASSES = ("a", "b", "rare")


def regions(*counts: int) -> list[Region]:
    """Regions with so many clean ones, and so many of each class."""
    sample = Sample(Path("x.png"), 32, 32, (), "g", "train")
    kinds = [frozenset(), *(frozenset({i}) for i in range(len(CLASSES)))]
    found = [kind for kind, count in zip(kinds, counts, strict=True) for _ in range(count)]
    return [Region(sample, i, (0, 0, 32, 32), kind) for i, kind in enumerate(found)]


@pytest.mark.parametrize("seed", range(5))
def test_rare_classes_have_their_part(seed: int) -> None:
    chosen = choose_regions(regions(500, 300, 100, 3), CLASSES, count=63, seed=seed)
    counts = Counter(tuple(region.classes) for region in chosen)
    assert counts == {(): 20, (0,): 20, (1,): 20, (2,): 3}
    assert len({region.place for region in chosen}) == 63


def test_the_same_seed_draws_the_same() -> None:
    many = regions(50, 50, 50, 50)
    assert choose_regions(many, CLASSES, count=9, seed=1) == choose_regions(
        many, CLASSES, count=9, seed=1
    )
    assert choose_regions(many, CLASSES, count=9, seed=1) != choose_regions(
        many, CLASSES, count=9, seed=2
    )


def test_all_are_taken_where_there_are_few() -> None:
    few = regions(2, 1, 1, 1)
    assert choose_regions(few, CLASSES, count=256, seed=0) == few


def test_a_class_that_train_lacks_is_named() -> None:
    with pytest.raises(DataError, match="no train image shows class 'rare'"):
        choose_regions(regions(5, 5, 5, 0), CLASSES, count=10, seed=0)


def test_only_train_is_read(strips: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def spy(self: Sample) -> np.ndarray:
        read.append(self.split)
        return np.zeros((self.height, self.width), np.uint8)

    monkeypatch.setattr(Sample, "read", spy)
    inputs = representative_inputs(open_data(strips), GEOMETRY, count=12)
    assert set(read) == {"train"}
    assert inputs.shape == (12, 32, 32)
    assert inputs.dtype == np.uint8


def test_regions_are_cut_where_their_boxes_say(strips: Path) -> None:
    data = open_data(strips)
    found = labelled_regions(data, "val", GEOMETRY)
    inputs = region_inputs(found, GEOMETRY)
    for region, pixels in list(zip(found, inputs, strict=True))[:20]:
        x, y, w, h = region.box
        np.testing.assert_array_equal(pixels, region.sample.read()[y : y + h, x : x + w])
    np.testing.assert_array_equal(
        region_labels(found, 2).any(axis=1), [bool(region.classes) for region in found]
    )


def test_whole_frames_are_regions_too(strips: Path) -> None:
    geometry = Geometry(None, (16, 16))
    found = labelled_regions(open_data(strips), "val", geometry)
    assert len(found) == 40
    assert region_inputs(found, geometry).shape == (40, 16, 16)


def test_an_empty_split_is_named(strips: Path) -> None:
    data: DataSet = open_data(strips)
    with pytest.raises(DataError, match=r"has no final images.*holdout, train, val"):
        labelled_regions(data, "final", GEOMETRY)
