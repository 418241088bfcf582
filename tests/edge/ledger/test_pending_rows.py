"""Rows that wait: the newest are kept, and what is lost is counted to the millimetre."""

from __future__ import annotations

import pytest

from edge.ledger.database import open_to_write
from edge.ledger.open_stretch import OpenStretch
from edge.ledger.pending_rows import PendingRows
from tests.edge.ledger.samples import LENGTH_MM, inspection


@pytest.fixture
def connection(tmp_path):
    return open_to_write(tmp_path / "ledger.sqlite")


def stretch(n, frames=1):
    grown = OpenStretch.of(n, None, inspection(n * 100), 1.0)
    for i in range(1, frames):
        assert grown.grow(None, inspection(n * 100 + i), 1.0)
    return grown.row()


def save(rows, connection, growing=()):
    rows.save(connection, 1, growing)
    rows.saved()


def test_beyond_the_limit_the_oldest_are_lost_and_counted(connection):
    rows = PendingRows(limit=3)
    for n in range(1, 6):
        rows.add(stretch(n, frames=n))
    assert (rows.lost, rows.lost_mm) == (2, 3 * LENGTH_MM)
    save(rows, connection)
    assert [n for (n,) in connection.execute("SELECT n FROM stretches")] == [3, 4, 5]
    assert not rows


def test_what_fails_to_be_written_waits_for_the_next_commit(connection):
    rows = PendingRows()
    rows.add(stretch(1))
    connection.execute("BEGIN")
    rows.save(connection, 1)
    connection.rollback()
    assert rows
    save(rows, connection)
    assert connection.execute("SELECT count(*) FROM stretches").fetchone()[0] == 1


def test_a_lost_stretch_whose_beginning_was_stored_counts_its_rest(connection):
    rows = PendingRows(limit=1)
    save(rows, connection, [stretch(1, frames=2)])
    rows.add(stretch(1, frames=5))
    rows.add(stretch(2))
    assert rows.lost_mm == 3 * LENGTH_MM
    save(rows, connection)
    stored = connection.execute("SELECT sum(length_mm) FROM stretches").fetchone()[0]
    assert stored + rows.lost_mm == 6 * LENGTH_MM


def test_rows_of_a_record_are_lost_together(connection):
    rows = PendingRows(limit=1)
    defect = ("defects", (1, None, 1, "pit", 0.5, 0, 0, 0, 0, 0, 1, 1, "", 1.0, None))
    piece = ("pieces", (1, 0, 1, "camera", 0, 0, 1, 1, 0.5, None, None, None, None))
    rows.add(defect, piece)
    rows.add(("events", (1, "drift", "…", 1.0, None, "")))
    assert rows.lost == 2
    save(rows, connection)
    assert connection.execute("SELECT count(*) FROM pieces").fetchone()[0] == 0
