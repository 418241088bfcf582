from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.train.tiny import patches
from train.augment.tiles import Augmentation
from train.regions.feed import (
    RegionFeed,
    class_shares,
    draw,
)

GROUPS = np.repeat([0, 1, 3], [90, 9, 1])


@pytest.mark.parametrize(
    ("balance", "shares"),
    [
        (0.0, [0.9, 0.09, 0, 0.01]),
        (1.0, [1 / 3, 1 / 3, 0, 1 / 3]),
        (0.5, np.sqrt([90, 9, 0, 1]) / np.sqrt([90, 9, 0, 1]).sum()),
    ],
)
def test_shares_move_from_as_they_come_to_equal(balance, shares):
    np.testing.assert_allclose(class_shares(GROUPS, balance), shares)


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=60).map(np.array),
    st.integers(1, 200),
    st.sampled_from([0.0, 0.5, 1.0]),
)
def test_draws_fill_the_epoch_and_repeat_no_item_before_its_turn(groups, count, balance):
    rows = draw(groups, count, balance, np.random.default_rng(0))
    assert len(rows) == count
    times = np.bincount(rows, minlength=len(groups))
    for group in np.unique(groups):
        members = times[groups == group]
        assert members.max() - members.min() <= 1


def test_drawn_shares_are_the_wanted_ones():
    rows = draw(GROUPS, 300, 1.0, np.random.default_rng(0))
    np.testing.assert_array_equal(np.bincount(GROUPS[rows], minlength=4), [100, 100, 0, 100])


def feed(**changed):
    items = patches(20)
    groups = items.labels.any(axis=1).astype(np.intp)
    settings = {"batch": 8, "count": 20, "balance": 0.0, "seed": 3, "augmentation": None} | changed
    return RegionFeed(
        items=items, targets=np.eye(2, dtype=np.float32)[groups], groups=groups, **settings
    )


@pytest.mark.parametrize("augmentation", [None, Augmentation()])
def test_an_epoch_is_the_same_whenever_it_is_drawn(augmentation):
    first, again = (list(feed(augmentation=augmentation).epoch(5)) for _ in range(2))
    for (inputs, targets), (same_inputs, same_targets) in zip(first, again, strict=True):
        np.testing.assert_array_equal(inputs, same_inputs)
        np.testing.assert_array_equal(targets, same_targets)


@pytest.mark.parametrize("other", [{"seed": 4}, {}])
def test_epochs_and_seeds_differ(other):
    number = 5 if other else 6
    first, second = next(feed().epoch(5))[0], next(feed(**other).epoch(number))[0]
    assert not np.array_equal(first, second)


def test_batches_cover_all_items_once_with_their_own_targets():
    batches = list(feed().epoch(0))
    assert [len(inputs) for inputs, _ in batches] == [8, 8, 4]
    assert len(batches) == feed().steps
    inputs = np.concatenate([i for i, _ in batches])
    dark = (inputs < 0.1).any(axis=(1, 2, 3))
    np.testing.assert_array_equal(dark, np.concatenate([t for _, t in batches])[:, 1])
    assert len(np.unique(inputs.reshape(20, -1), axis=0)) == 20
