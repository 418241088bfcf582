"""Boxes beside the truth: which defects are judged, and how."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.localization import Placed, placed, table
from edge.core.images import write_image
from tests.edge.fakes import CLASSES, cascade, strip
from train.data.sample import Instance, Sample
from train.data.tiles import Tile


def item(folder: Path, *instances: Instance) -> Tile:
    """A frame of six regions with a spot at (25, 5), and the truth given."""
    path = folder / "frame.png"
    write_image(path, strip((25, 5, 220)))
    sample = Sample(path, 60, 20, instances, "a", "val")
    return Tile(sample, (0, 0, 60, 20), frozenset(), False, 0)


def test_a_true_box_around_the_spot_is_pointed_at_and_covered(tmp_path: Path) -> None:
    truth = Instance(0, (24.0, 4.0, 2.0, 2.0))
    (defect,) = placed(cascade(maps=True), item(tmp_path, truth), CLASSES)
    assert (defect.class_name, defect.pointing) == ("spot", 1.0)
    assert defect.regions == (pytest.approx(4 / 200), 1.0)
    assert defect.class_map == (1.0, 1.0)


def test_truth_beyond_the_region_does_not_count(tmp_path: Path) -> None:
    truth = Instance(0, (30.0, 0.0, 30.0, 20.0))
    (defect,) = placed(cascade(maps=True), item(tmp_path, truth), CLASSES)
    assert defect.regions == (pytest.approx(0.5), 1.0)
    assert (defect.pointing, defect.class_map) == (0.0, (0.0, 0.0))


@pytest.mark.parametrize(
    ("maps", "truth"),
    [
        (True, Instance(1, (23.0, 3.0, 4.0, 4.0))),
        (True, Instance(0, (45.0, 3.0, 4.0, 4.0))),
        (False, Instance(0, (23.0, 3.0, 4.0, 4.0))),
    ],
    ids=["wrongly named", "not there", "no maps"],
)
def test_what_cannot_be_judged_is_left_out(tmp_path: Path, maps: bool, truth: Instance) -> None:
    assert list(placed(cascade(maps=maps), item(tmp_path, truth), CLASSES)) == []


def test_the_table_has_a_row_for_each_class_and_one_for_all() -> None:
    found = [
        Placed("spot", 1.0, (0.2, 1.0), (0.6, 0.8)),
        Placed("spot", 0.0, (0.4, 1.0), (0.4, 0.6)),
        Placed("line", 1.0, (0.3, 1.0), (0.5, 1.0)),
    ]
    rows = [line.strip("| ").split(" | ") for line in table(found).splitlines()[2:]]
    assert [row[:2] for row in rows] == [["line", "1"], ["spot", "2"], ["all", "3"]]
    assert np.array(rows[1][2:], float) == pytest.approx([0.5, 0.3, 0.5, 1.0, 0.7])
