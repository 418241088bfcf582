"""IoU of classes' areas."""

from __future__ import annotations

import pytest

from tests.train.evaluate.instances.made import found, label, sample
from train.evaluate.instances.overlap import class_iou, foreground_miou
from train.evaluate.instances.pixels import count_pixels
from train.evaluate.instances.truth import labelled_frames


def counts_of(samples, seen):
    return count_pixels(seen, labelled_frames(samples), 2)


def test_pixels_of_all_frames_are_one_area() -> None:
    samples = [sample(label(0, 0, 0, 10, 6)), sample(label(0, 0, 0, 5, 4)), sample()]
    seen = [[found(0, 0.9, 0, 0, 10, 6)], [], [found(0, 0.9, 0, 0, 5, 4)]]
    assert class_iou(counts_of(samples, seen), 0) == pytest.approx(60 / 100)


def test_a_class_without_labels_is_no_part_of_the_mean() -> None:
    counts = counts_of(
        [sample(label(0, 0, 0, 10, 6))], [[found(0, 0.9, 0, 0, 5, 6), found(1, 0.9, 0, 0, 5, 6)]]
    )
    assert (class_iou(counts, 1), foreground_miou(counts)) == (None, 0.5)


@pytest.mark.parametrize("labels", [(), (label(0, 0, 0, 5, 5, mask=False),)])
def test_without_masks_there_is_none(labels: tuple) -> None:
    assert foreground_miou(counts_of([sample(*labels)], [[found(0, 0.9, 0, 0, 5, 5)]])) is None
