"""Judging items: as the line does, each image read once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge.bundle.manifest import FrameSizes
from edge.core.errors import DataError
from edge.vision.cascade import Cascade
from tests.edge import fakes
from train.data.sample import Sample
from train.data.tiles import label_tiles
from train.evaluate.scored import by_frame
from train.evaluate.scoring import score, score_each


def tiles(samples: list[Sample], region: tuple[int, int] | None = fakes.REGION):
    return [tile for sample in samples for tile in label_tiles(sample, region)]


def test_verdicts_from_scores_are_those_of_the_line(spotted):
    cascade = fakes.cascade()
    for items in (tiles(spotted), tiles(spotted, None)):
        one = score(cascade, items, fakes.CLASSES)
        other = score(cascade, items, fakes.CLASSES, inspect=True)
        np.testing.assert_array_equal(one.verdicts, other.verdicts)
        assert 0 < one.verdicts.sum() <= len(items)


def test_frames_by_their_tiles_are_as_frames(spotted):
    cascade = fakes.cascade()
    whole = score(cascade, tiles(spotted, None), fakes.CLASSES)
    joined = by_frame(score(cascade, tiles(spotted), fakes.CLASSES), tiles(spotted))
    for field in ("groups", "truth", "gate", "decision", "none", "class_scores", "verdicts"):
        np.testing.assert_array_equal(getattr(joined, field), getattr(whole, field), field)


def test_an_image_is_read_once_for_all_cascades(spotted, monkeypatch):
    read: list[Path] = []
    as_it_was = Sample.read
    monkeypatch.setattr(Sample, "read", lambda self: read.append(self.path) or as_it_was(self))
    turns: list[None] = []
    both = {"one": fakes.cascade(), "other": fakes.cascade(classify=False)}
    scored = score_each(both, tiles(spotted), fakes.CLASSES, advance=lambda: turns.append(None))
    assert read == [sample.path for sample in spotted]
    assert len(turns) == len(scored["one"]) == 48
    assert scored["one"].answers is not None
    assert scored["other"].answers is None


def test_networks_run_once_where_nothing_is_inspected(spotted):
    cascade = fakes.cascade()
    score(cascade, tiles(spotted), fakes.CLASSES)
    assert (cascade.networks.gate.engine.seen, cascade.networks.classifier.engine.seen) == (48, 48)


@pytest.mark.parametrize(
    ("classes", "columns"),
    [(("streak", "spot"), [1, 0]), (("streak",), [1, 0]), (("spot", "dent"), None)],
)
def test_classes_are_found_by_their_names(spotted, classes, columns):
    items = [tile for tile in tiles(spotted) if not tile.classes]
    own = score(fakes.cascade(), items, fakes.CLASSES)
    other = score(fakes.cascade(), items, classes)
    if columns is None:
        assert other.class_scores is None
    else:
        np.testing.assert_array_equal(other.class_scores, own.class_scores[:, columns])


def test_a_size_that_the_bundle_does_not_take_is_named_by_file(spotted):
    cascade = fakes.cascade()
    sizes = FrameSizes(
        min_width=100,
        max_width=200,
        min_height=20,
        max_height=20,
        multiple_width=1,
        multiple_height=1,
    )
    small = Cascade(
        cascade.networks.gate,
        cascade.networks.classifier,
        classes=cascade.classes,
        gate_threshold=0.1,
        decision_threshold=0.5,
        sizes=sizes,
    )
    with pytest.raises(DataError, match=r"0\.png cannot be inspected: a frame of 60×20.*--tile"):
        score(small, tiles(spotted, None), fakes.CLASSES, inspect=True)


def test_of_two_cascades_one_alone_may_be_inspected(spotted):
    both = {"this": fakes.cascade(), "other": fakes.cascade()}
    score_each(both, tiles(spotted), fakes.CLASSES, inspect=("this",))
    assert (
        both["this"].networks.gate.engine.seen == 2 * both["other"].networks.gate.engine.seen == 96
    )
