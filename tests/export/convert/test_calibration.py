"""Representative data: train alone, every class, seeded."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge.core.errors import DataError
from edge.core.geometry import Geometry
from export.convert.calibration import choose_regions, representative_inputs
from tests.export.toy import GEOMETRY
from train.data import open_data
from train.data.sample import DataSet, Sample
from train.data.tiles import Tile


def regions(*counts: int) -> list[Tile]:
    """Regions with so many clean ones, and so many of each class."""
    sample = Sample(Path("x.png"), 32, 32, (), "g", "train")
    kinds = [frozenset(), *(frozenset({i}) for i in range(len(counts) - 1))]
    found = [kind for kind, count in zip(kinds, counts, strict=True) for _ in range(count)]
    return [Tile(sample, (0, 0, 32, 32), kind, False, i) for i, kind in enumerate(found)]


@pytest.mark.parametrize("seed", range(5))
def test_rare_classes_have_their_part(seed: int) -> None:
    chosen = choose_regions(regions(500, 300, 100, 3), 3, count=63, seed=seed)
    counts = Counter(tuple(region.classes) for region in chosen)
    assert counts == {(): 20, (0,): 20, (1,): 20, (2,): 3}
    assert len({region.place for region in chosen}) == 63


def test_the_same_seed_draws_the_same() -> None:
    many = regions(50, 50, 50, 50)
    first = choose_regions(many, 3, count=9, seed=1)
    assert first == choose_regions(many, 3, count=9, seed=1)
    assert first != choose_regions(many, 3, count=9, seed=2)


def test_all_are_taken_where_there_are_few() -> None:
    few = regions(2, 1, 1, 1)
    assert choose_regions(few, 3, count=256, seed=0) == few


def test_a_class_that_train_lacks_stops_only_a_network_that_names_it(strips: Path) -> None:
    data = open_data(strips)
    more = replace(data, classes=(*data.classes, "rare"))
    assert len(representative_inputs(more, GEOMETRY, names_classes=False, count=5)) == 5
    with pytest.raises(DataError, match=r"no train region of .* shows class 'rare'"):
        representative_inputs(more, GEOMETRY, names_classes=True)


def test_only_train_is_read(strips: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def spy(self: Sample) -> np.ndarray:
        read.append(self.split)
        return np.zeros((self.height, self.width), np.uint8)

    monkeypatch.setattr(Sample, "read", spy)
    inputs = representative_inputs(open_data(strips), GEOMETRY, names_classes=True, count=12)
    assert set(read) == {"train"}
    assert inputs.shape == (12, 32, 32)
    assert inputs.dtype == np.uint8


@pytest.mark.parametrize(
    ("geometry", "cut"),
    [
        (GEOMETRY, lambda pixels: [pixels[:, :32], pixels[:, 32:]]),
        (Geometry(None, (64, 32)), lambda pixels: [pixels]),
    ],
    ids=["regions", "whole frames"],
)
def test_inputs_are_cut_as_the_geometry_says(strips: Path, geometry: Geometry, cut) -> None:
    data: DataSet = open_data(strips)
    inputs = representative_inputs(data, geometry, names_classes=True, count=1000)
    wanted = [part for sample in data.of("train") for part in cut(sample.read())]
    np.testing.assert_array_equal(inputs, wanted)
