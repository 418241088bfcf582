"""Pixels that are labelled, found, and both."""

from __future__ import annotations

import numpy as np

from tests.train.evaluate.instances.made import CLASSES, HEIGHT, found, label, sample
from train.data.sample import Sample
from train.data.tiles import label_tiles
from train.evaluate.instances.pixels import count_pixels, drawn_labels
from train.evaluate.instances.truth import labelled_frame, labelled_frames


def counted(samples: list[Sample], seen: list[list]) -> list[list[int]]:
    """Labelled, found, both and judged, of each class of the first frame."""
    counts = count_pixels(seen, labelled_frames(samples), len(CLASSES))
    return np.stack([part[0] for part in counts]).T.tolist()


def test_instances_of_a_class_are_one_area() -> None:
    whole = sample(label(0, 0, 0, 6, 6), label(0, 4, 0, 6, 6))
    seen = [found(0, 0.9, 0, 0, 5, 6), found(0, 0.8, 2, 0, 5, 6), found(1, 0.8, 0, 0, 2, 2)]
    assert counted([whole], [seen]) == [[60, 42, 42, 1], [0, 4, 0, 1]]


def test_a_class_with_a_box_alone_is_not_judged_there() -> None:
    whole = sample(label(0, 0, 0, 6, 6), label(0, 20, 0, 5, 5, mask=False))
    assert counted([whole], [[found(0, 0.9, 0, 0, 6, 6)]]) == [[0, 0, 0, 0], [0, 0, 0, 1]]
    assert drawn_labels(labelled_frame(whole), 0) is None


def test_without_a_mask_the_piece_stands_and_an_empty_mask_for_nothing() -> None:
    empty = np.zeros((3, 3), np.bool_)
    seen = [found(0, 0.9, 0, 0, 3, 3, mask=False), found(1, 0.9, 0, 0, 3, 3, mask=empty)]
    assert counted([sample()], [seen]) == [[0, 9, 0, 1], [0, 0, 0, 1]]


def test_other_classes_are_not_counted() -> None:
    assert counted([sample()], [[found(9, 0.9, 0, 0, 3, 3)]]) == [[0, 0, 0, 1], [0, 0, 0, 1]]


def test_ignored_pixels_count_nowhere() -> None:
    whole = sample(label(0, 0, 0, 22, 6), label(1, 25, 0, 5, 5))
    (tile,) = [t for t in label_tiles(whole, (20, HEIGHT)) if t.place == 1]
    counts = count_pixels([[found(0, 0.9, 0, 0, 3, 6)]], labelled_frames([tile]), 2)
    assert (counts.labelled[0, 0], counts.found[0, 0], counts.both[0, 0]) == (0, 6, 0)
