"""Judging items: as the line does, each image read once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge.bundle.manifest import FrameSizes
from edge.cascade import Cascade
from edge.errors import DataError
from edge.images import write_image
from tests.edge import fakes
from train.data.sample import Instance, Sample
from train.data.tiles import label_tiles
from train.evaluate.scored import by_frame
from train.evaluate.scoring import score, score_each

LEVELS = (40, 120, 130, 149, 151, 160, 200, 244, 246, 255)
"""Brightness of a region: clean, then suspicious and cleared, a spot, and from 246 on a streak."""


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    """Frames of 60×20, six regions each, one spot in some of them."""
    folder = tmp_path_factory.mktemp("frames")
    random = np.random.default_rng(0)
    made = []
    for number in range(8):
        spots = [
            (20 * i + 5, 10 * j + 5, int(random.choice(LEVELS))) for i in range(3) for j in (0, 1)
        ]
        pixels = fakes.strip(*spots)
        path = folder / f"{number}.png"
        write_image(path, pixels)
        shown = tuple(Instance(0, (x, y, 1.0, 1.0)) for x, y, level in spots if level >= 150)
        made.append(Sample(path, 60, 20, shown, f"group {number // 2}", "val"))
    return made


def tiles(samples: list[Sample], region: tuple[int, int] | None = fakes.REGION):
    return [tile for sample in samples for tile in label_tiles(sample, region)]


def test_verdicts_from_scores_are_those_of_the_line(samples):
    cascade = fakes.cascade()
    for items in (tiles(samples), tiles(samples, None)):
        one = score(cascade, items, fakes.CLASSES)
        other = score(cascade, items, fakes.CLASSES, inspect=True)
        np.testing.assert_array_equal(one.verdicts, other.verdicts)
        assert 0 < one.verdicts.sum() <= len(items)


def test_frames_by_their_tiles_are_as_frames(samples):
    cascade = fakes.cascade()
    whole = score(cascade, tiles(samples, None), fakes.CLASSES)
    joined = by_frame(score(cascade, tiles(samples), fakes.CLASSES), tiles(samples))
    for field in ("groups", "truth", "gate", "decision", "none", "class_scores", "verdicts"):
        np.testing.assert_array_equal(getattr(joined, field), getattr(whole, field), field)


def test_an_image_is_read_once_for_all_cascades(samples, monkeypatch):
    read: list[Path] = []
    as_it_was = Sample.read
    monkeypatch.setattr(Sample, "read", lambda self: read.append(self.path) or as_it_was(self))
    turns: list[None] = []
    both = {"one": fakes.cascade(), "other": fakes.cascade(classify=False)}
    scored = score_each(both, tiles(samples), fakes.CLASSES, advance=lambda: turns.append(None))
    assert read == [sample.path for sample in samples]
    assert len(turns) == len(scored["one"]) == 48
    assert scored["one"].answers is not None
    assert scored["other"].answers is None


def test_networks_run_once_where_nothing_is_inspected(samples):
    cascade = fakes.cascade()
    score(cascade, tiles(samples), fakes.CLASSES)
    assert (cascade.gate.engine.seen, cascade.classifier.engine.seen) == (48, 48)


@pytest.mark.parametrize(
    ("classes", "columns"),
    [(("streak", "spot"), [1, 0]), (("streak",), [1, 0]), (("spot", "dent"), None)],
)
def test_classes_are_found_by_their_names(samples, classes, columns):
    items = [tile for tile in tiles(samples) if not tile.classes]
    own = score(fakes.cascade(), items, fakes.CLASSES)
    other = score(fakes.cascade(), items, classes)
    if columns is None:
        assert other.class_scores is None
    else:
        np.testing.assert_array_equal(other.class_scores, own.class_scores[:, columns])


def test_a_size_that_the_bundle_does_not_take_is_named_by_file(samples):
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
        cascade.gate,
        cascade.classifier,
        classes=cascade.classes,
        gate_threshold=0.1,
        decision_threshold=0.5,
        sizes=sizes,
    )
    with pytest.raises(DataError, match=r"0\.png cannot be judged: a frame of 60×20.*--tile"):
        score(small, tiles(samples, None), fakes.CLASSES, inspect=True)
