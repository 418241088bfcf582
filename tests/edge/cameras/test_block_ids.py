"""Block ids roll over, are lost, and begin anew; frame numbers only ever rise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.cameras.block_ids import BlockIds


@pytest.mark.parametrize(
    ("ids", "numbers"),
    [
        ([7, 8, 9], [0, 1, 2]),
        ([7, 10], [0, 3]),
        ([65534, 65535, 1, 2], [0, 1, 2, 3]),
        ([65534, 65535, 0, 1], [0, 1, 2, 3]),
        ([65535, 5], [0, 5]),
        ([5000, 1, 2], [0, 1, 2]),
        ([3, 3, 4], [0, 1, 2]),
        ([10, None, 12], [0, 1, 2]),
        ([10, None, 20], [0, 1, 10]),
        ([None, None, 12, 13], [0, 1, 2, 3]),
        ([2**40, 2**40 + 2], [0, 2]),
        ([2**40, 1, 2], [0, 1, 2]),
    ],
)
def test_numbers_of_ids(ids, numbers):
    of = BlockIds()
    assert [of.number(block_id) for block_id in ids] == numbers


@given(st.lists(st.integers(1, 30_000), max_size=50))
def test_lost_frames_are_counted_over_any_number_of_roll_overs(steps):
    of, true = BlockIds(), 0
    assert of.number(1) == 0
    for step in steps:
        true += step
        assert of.number(true % 65535 + 1) == true
