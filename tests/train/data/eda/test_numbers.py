from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge.core.errors import DataError
from edge.core.images import write_image
from tests.train.data.build import annotation, box, coco, image, sample
from train.data import read_unsplit
from train.data.eda.numbers import GRID_COLUMNS, GRID_LINES, brightness, explore, percentiles
from train.data.sample import DataSet


def test_counts_overlap_sizes_and_positions(tmp_path: Path) -> None:
    marks = [
        annotation(1, 1, 1, bbox=[0, 0, 32, 24]),
        annotation(2, 1, 4, bbox=[32, 24, 32, 24]),
        annotation(3, 2, 1, segmentation=[[0, 0, 16, 0, 16, 48, 0, 48]], bbox=None),
    ]
    marks[2].pop("bbox")
    root = coco(tmp_path, {"val": ([image(n) for n in (1, 2, 3, 4)], marks)})
    found = explore(read_unsplit(root), images=10, seed=0)
    assert found.counts.clean == 2
    assert found.counts.overlap == [[2, 1], [1, 1]]
    assert sorted(found.sizes["pit"].area) == [16 * 48, 32 * 24]
    assert found.per_image == {"pit": {1: 2}, "dent": {1: 1}}
    pit = found.positions[0]
    middle, bottom = GRID_COLUMNS * 3 // 8, GRID_LINES * 3 // 4
    assert pit.shape == (GRID_LINES, GRID_COLUMNS)
    assert (pit[0, 0], pit[0, middle], pit[bottom, 0], pit[bottom, middle]) == (0.5, 0.25, 0.25, 0)
    # Every cell of the left quarter is seen, though the image has fewer columns than the map.
    assert (pit[:, : GRID_COLUMNS // 4] >= 0.25).all()


def test_at_most_so_many_images_are_read(tmp_path: Path) -> None:
    root = coco(tmp_path, {"val": ([image(n) for n in range(1, 9)], [])})
    assert len(explore(read_unsplit(root), images=3, seed=0).brightness) == 3


def test_contrast_is_against_the_lit_strip(tmp_path: Path) -> None:
    pixels = np.full((128, 400), 100, np.uint8)
    pixels[:, :100] = 2  # the black band past the strip's edge
    pixels[10:20, 200:210] = 60
    write_image(tmp_path / "x.png", pixels)
    found = brightness(sample(box(3, 200, 10, 10, 10), name=str(tmp_path / "x.png")))
    assert found.dark_columns == pytest.approx(0.25)
    ((class_index, contrast),) = found.contrast
    assert class_index == 3
    assert contrast == pytest.approx(-40, abs=0.2)


def test_percentiles_of_nothing() -> None:
    assert percentiles([]) is None
    assert percentiles([3.0, 3.0])["p50"] == 3.0  # type: ignore[index]


def test_nothing_labelled_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no labelled images"):
        explore(DataSet("x", tmp_path, ("a",), ()), images=1, seed=0)
