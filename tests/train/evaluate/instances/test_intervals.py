"""Intervals of AP, against judging the drawn frames anew."""

from __future__ import annotations

import numpy as np
import pytest

from tests.train.evaluate.instances.made import found, label, sample, scattered
from train.evaluate.instances.coco import match
from train.evaluate.instances.intervals import ap50, ap50_difference, ap50_interval
from train.evaluate.instances.truth import labelled_frames


def matched(samples, seen, *, masks=False):
    return match(seen, labelled_frames(samples), 2, masks=masks)


def groups_of(samples):
    return np.array([one.group for one in samples])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("masks", [True, False])
def test_weights_of_one_are_the_library_s_own_figure(seed: int, masks: bool) -> None:
    one = matched(*scattered(seed), masks=masks)
    assert ap50(one, np.ones(12, np.intp)) == pytest.approx(one.figures()["ap50"])


@pytest.mark.parametrize("seed", range(5))
def test_a_weight_is_a_frame_that_many_times(seed: int) -> None:
    samples, seen = scattered(seed)
    weights = np.random.default_rng(seed).integers(0, 4, len(samples))
    rows = np.repeat(np.arange(len(samples)), weights)
    again = matched([samples[i] for i in rows], [seen[i] for i in rows])
    assert ap50(matched(samples, seen), weights) == pytest.approx(again.figures()["ap50"])


def test_an_interval_holds_the_figure_and_is_narrower_with_more_groups() -> None:
    widths = []
    for frames in (12, 120):
        samples, seen = scattered(1, frames)
        one = matched(samples, seen)
        low, high = ap50_interval(one, groups_of(samples))
        assert 0 <= low <= one.figures()["ap50"] <= high <= 1
        widths.append(high - low)
    assert widths[1] < widths[0] / 2


def test_a_figure_that_no_draw_changes_has_an_interval_still() -> None:
    samples = [sample(label(0, 0, 0, 6, 6), group=str(i)) for i in range(5)]
    low, high = ap50_interval(
        matched(samples, [[found(0, 0.9, 0, 0, 6, 6)]] * 5), groups_of(samples)
    )
    assert high == 1.0
    assert low == pytest.approx(0.5655, abs=1e-3)


def test_without_labels_there_is_no_interval() -> None:
    clean = [sample(), sample(group="h")]
    nothing = matched(clean, [[], []])
    assert ap50_interval(nothing, groups_of(clean)) is None
    assert ap50_difference(nothing, nothing, groups_of(clean)) is None


def test_nobody_is_better_than_himself() -> None:
    samples, seen = scattered(2, 40)
    one = matched(samples, seen)
    difference, (low, high) = ap50_difference(one, one, groups_of(samples))
    assert difference == 0.0
    assert low == -high < 0


def test_a_paired_difference_is_surer_than_two_intervals() -> None:
    samples, seen = scattered(3, 60)
    fewer = [things[1:] for things in seen]
    one, other = matched(samples, seen), matched(samples, fewer)
    names = groups_of(samples)
    difference, (low, high) = ap50_difference(one, other, names)
    assert difference == pytest.approx(one.figures()["ap50"] - other.figures()["ap50"])
    assert 0 < low < difference < high
    widths = [np.diff(ap50_interval(each, names))[0] for each in (one, other)]
    assert high - low < sum(widths)
