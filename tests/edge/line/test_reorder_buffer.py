"""In whatever order frames become final, they come out in that in which they were captured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.line.reorder_buffer import FinalRecord, ReorderBuffer
from tests.edge.line.takes import BAD, record


@given(st.permutations(range(12)))
def test_records_come_out_in_order_as_soon_as_they_can(orders):
    buffer, out = ReorderBuffer(100), []
    for count, order in enumerate(orders, 1):
        out += [r.order for r in buffer.add(FinalRecord(order))]
        arrived = set(orders[:count])
        whole = next(n for n in range(13) if n not in arrived)
        assert out == list(range(whole))
    assert out == list(range(12))


@pytest.mark.parametrize(
    ("pixels", "victim", "defective"),
    [([None, BAD, None], 0, False), ([BAD, None, BAD], 1, False), ([BAD, BAD, BAD], 0, True)],
)
def test_clean_pixels_go_first_and_the_oldest_of_them(pixels, victim, defective):
    buffer = ReorderBuffer(2)
    records = [record(order, seen) for order, seen in enumerate(pixels)]
    for each in records[:2]:
        buffer.add(each)
        assert buffer.make_room() is False
    buffer.add(records[2])
    assert buffer.make_room() is defective
    assert [r.frame is None for r in records] == [order == victim for order in range(3)]


def test_what_was_written_makes_room():
    buffer = ReorderBuffer(1)
    first = record(0)
    buffer.add(first)
    assert buffer.full
    buffer.forget(first)
    assert not buffer.full
    buffer.forget(first)
