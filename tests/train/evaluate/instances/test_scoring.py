"""An instance model of a cascade looks at items, whole and as `run` would."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from edge.vision.cascade import Cascade
from edge.vision.instances.found_instance import FoundInstance
from edge.vision.instances.rules import ClassRule, by_rules
from tests.edge import fakes
from train.data.sample import Sample
from train.data.tiles import label_tiles
from train.evaluate.instances.scoring import score_instances

NAMES = ("other", "spot")
"""The model's classes: not in the data set's order, and one that it lacks."""


def bright(pixels: np.ndarray, suspicious: object = None) -> list[FoundInstance]:
    """A box around each pixel from 130 on, as likely as it is bright; all of the model's spot."""
    regions = suspicious or [(0, 0, *pixels.shape[::-1])]
    return [
        FoundInstance(1, pixels[y, x] / 255, (x, y, x + 1, y + 1), None, (int(x), int(y), 1, 1))
        for left, top, width, height in regions
        for y, x in np.argwhere(pixels >= 130)
        if left <= x < left + width and top <= y < top + height
    ]


@pytest.fixture
def cascade() -> Cascade:
    rules = (ClassRule(0.9, 0), ClassRule(0.55, 0))
    made = fakes.cascade()
    made.instances = SimpleNamespace(
        classes=NAMES,
        rules=rules,
        candidates=bright,
        find=lambda pixels, suspicious: by_rules(bright(pixels, suspicious), rules),
    )
    return made


def items_of(samples: list[Sample], region: tuple[int, int] | None) -> list:
    return [tile for sample in samples for tile in label_tiles(sample, region)]


@pytest.mark.parametrize("region", [None, fakes.REGION])
def test_every_item_is_looked_at_in_the_data_set_s_classes(
    cascade: Cascade, spotted: list[Sample], region: tuple[int, int] | None
) -> None:
    items = items_of(spotted, region)
    judged = score_instances(cascade, items, ("spot",))
    assert len(judged.frames) == len(items)
    assert judged.as_run is None
    assert judged.rules == [ClassRule(0.55, 0), ClassRule(0.9, 0)]
    found = [thing for things in judged.settled for thing in things]
    assert {thing.class_index for thing in found} == {0}
    levels = [level for sample in spotted for level in sample.read()[sample.read() > 40]]
    assert len(found) == sum(level / 255 >= 0.55 for level in levels)
    assert judged.boxes.figures()["ap50"] > 0.9


def test_run_outlines_defective_frames_where_the_gate_points(
    cascade: Cascade, spotted: list[Sample]
) -> None:
    items = items_of(spotted, None)
    judged = score_instances(cascade, items, ("spot",), inspect=True)
    for item, as_run, settled in zip(items, judged.as_run, judged.settled, strict=True):
        pixels = item.sample.read()
        if not (pixels >= 150).any():
            assert as_run == []
        else:
            places = [thing.piece for thing in settled]
            assert [thing.piece for thing in as_run if thing.piece not in places] == []


def test_without_a_model_or_with_a_class_that_it_lacks_nothing_is_judged(
    cascade: Cascade, spotted: list[Sample]
) -> None:
    items = items_of(spotted, None)
    assert score_instances(cascade, items, ("spot", "streak")) is None
    assert score_instances(fakes.cascade(), items, ("spot",)) is None
