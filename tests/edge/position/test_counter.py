"""A counter is followed past its end, and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.position.counter import Counter


@given(
    st.integers(8, 64),
    st.integers(0, 2**64),
    st.lists(st.integers(-100, 100), max_size=40),
)
def test_what_it_moved_is_found_again_through_any_roll_over(bits, first, steps):
    counter = Counter(bits)
    total = first
    assert counter.moved(total % 2**bits) == 0
    for step in steps:
        total += step
        assert counter.moved(total % 2**bits) == step
