"""Dice in both its meanings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as arrays

from edge.core.rle import mask_to_runs
from tests.train.evaluate.instances.made import HEIGHT, WIDTH, found, label, sample, scattered
from train.data.sample import Instance
from train.evaluate.instances.dice import competition_dice, dice, foreground_dice
from train.evaluate.instances.overlap import class_iou
from train.evaluate.instances.pixels import count_pixels
from train.evaluate.instances.truth import labelled_frames

MASKS = arrays.arrays(np.bool_, (4, 5))


def counts_of(samples, seen, classes=2):
    return count_pixels(seen, labelled_frames(samples), classes)


def of_masks(labelled: np.ndarray, said: np.ndarray):
    """Counts of a frame in whose first pixels these masks lie."""
    drawn = np.zeros((HEIGHT, WIDTH), np.bool_)
    drawn[:4, :5] = labelled
    labels = [Instance(0, (0, 0, 5, 4), mask_to_runs(drawn))] if labelled.any() else []
    return counts_of([sample(*labels)], [[found(0, 0.9, 0, 0, 5, 4, mask=said)]], 1)


def test_both_by_hand() -> None:
    # Of six pairs: half an overlap, a miss, a false alarm, and three empty on both sides.
    samples = [sample(label(0, 0, 0, 10, 6)), sample(label(1, 0, 0, 5, 5)), sample()]
    seen = [[found(0, 0.9, 5, 0, 10, 6)], [], [found(0, 0.9, 0, 0, 5, 5)]]
    counts = counts_of(samples, seen)
    assert dice(counts).tolist() == [[0.5, 1.0], [1.0, 0.0], [0.0, 1.0]]
    assert competition_dice(counts) == pytest.approx(3.5 / 6)
    assert foreground_dice(counts) == pytest.approx(0.25)
    assert [competition_dice(counts, i) for i in (0, 1)] == pytest.approx([0.5, 2 / 3])
    assert [foreground_dice(counts, i) for i in (0, 1)] == [0.5, 0.0]


def test_silence_on_clean_strip_is_worth_everything_or_nothing() -> None:
    counts = counts_of([sample(), sample()], [[], []])
    assert (competition_dice(counts), foreground_dice(counts)) == (1.0, None)


def test_pairs_that_are_not_judged_are_left_out() -> None:
    counts = counts_of([sample(label(0, 0, 0, 5, 5, mask=False))], [[]])
    assert (competition_dice(counts), foreground_dice(counts)) == (1.0, None)
    assert competition_dice(counts, 0) is None


@given(MASKS, MASKS)
def test_it_is_a_fraction_that_does_not_know_which_is_which(a: np.ndarray, b: np.ndarray) -> None:
    one, other = (float(dice(of_masks(*pair))[0, 0]) for pair in ((a, b), (b, a)))
    assert one == other
    assert 0.0 <= one <= 1.0
    assert (one == 1.0) is np.array_equal(a, b)
    assert (one == 0.0) is bool(not (a & b).any() and (a | b).any())


@given(MASKS, MASKS)
def test_it_is_bound_to_iou(a: np.ndarray, b: np.ndarray) -> None:
    counts = of_masks(a, b)
    iou = class_iou(counts, 0)
    if a.any():
        assert dice(counts)[0, 0] == pytest.approx(2 * iou / (1 + iou))
    else:
        assert iou is None


@pytest.mark.parametrize("seed", range(3))
def test_one_figure_is_never_the_other(seed: int) -> None:
    samples, seen = scattered(seed)
    counts = counts_of(samples, seen)
    empty = (counts.labelled == 0) & (counts.found == 0)
    foreground = counts.labelled > 0
    assert empty.any()
    mixed = competition_dice(counts) * empty.size - empty.sum()
    assert mixed == pytest.approx(foreground_dice(counts) * foreground.sum())
