"""Whatever the order in which frames settle, they come out in the one in which they were taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.line.reorder_buffer import ReorderBuffer, SettledRecord
from tests.edge.line.takes import BAD, record


@given(st.permutations(range(12)))
def test_records_come_out_in_order_as_soon_as_they_can(orders):
    settling, out = ReorderBuffer(100), []
    for count, order in enumerate(orders, 1):
        out += [r.order for r in settling.add(SettledRecord(order))]
        arrived = set(orders[:count])
        whole = next(n for n in range(13) if n not in arrived)
        assert out == list(range(whole))
    assert out == list(range(12))


@pytest.mark.parametrize(
    ("pixels", "victim", "defective"),
    [([None, BAD, None], 0, False), ([BAD, None, BAD], 1, False), ([BAD, BAD, BAD], 0, True)],
)
def test_clean_pixels_go_first_and_the_oldest_of_them(pixels, victim, defective):
    settling = ReorderBuffer(2)
    records = [record(order, seen) for order, seen in enumerate(pixels)]
    for each in records[:2]:
        settling.add(each)
        assert settling.make_room() is False
    settling.add(records[2])
    assert settling.make_room() is defective
    assert [r.frame is None for r in records] == [order == victim for order in range(3)]


def test_what_was_written_makes_room():
    settling = ReorderBuffer(1)
    first = record(0)
    settling.add(first)
    assert settling.full
    settling.forget(first)
    assert not settling.full
    settling.forget(first)
