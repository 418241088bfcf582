"""Rows that wait for the next commit: as many as memory is granted, the newest kept."""

from __future__ import annotations

import sqlite3
from collections import defaultdict, deque
from collections.abc import Sequence
from itertools import chain

from edge.ledger.schema import COLUMNS

Value = str | int | float | None
Row = tuple[str, tuple[Value, ...]]
"""A table, and what its columns hold after ``run``."""
Record = tuple[Row, ...]
"""Rows that make sense only together, such as a defect and its pieces."""

LIMIT = 10_000
"""Records kept in memory: a disk may be full for more than half an hour of a bad coil."""

_INSERT = {
    table: f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(columns))})"
    for table, columns in COLUMNS.items()
}
_LENGTH = COLUMNS["stretches"].index("length_mm") - 1
_NUMBER = COLUMNS["stretches"].index("n") - 1


class PendingRows:
    """Finished records in their order.

    Args:
        limit: Finished records kept; beyond, the oldest are lost and counted.

    Attributes:
        lost: Rows that were never stored.
        lost_mm: Millimetres of strip whose stretches were among them.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._finished: deque[Record] = deque()
        self._on_disk: tuple[Value, float] | None = None
        self._saving: tuple[Value, float] | None = None
        self.lost = 0
        self.lost_mm = 0.0

    def add(self, *record: Row) -> None:
        """Take a finished record."""
        self._finished.append(record)
        if len(self._finished) > self._limit:
            self._lose(self._finished.popleft())

    def __bool__(self) -> bool:
        """Whether a finished record waits."""
        return bool(self._finished)

    def save(self, connection: sqlite3.Connection, run: int, growing: Sequence[Row] = ()) -> None:
        """Write what is finished, and rows that still grow as they stand, within a transaction."""
        by_table: defaultdict[str, list[tuple[Value, ...]]] = defaultdict(list)
        for table, values in chain(*self._finished, growing):
            by_table[table].append((run, *values))
        for table, rows in by_table.items():
            connection.executemany(_INSERT[table], rows)
        self._saving = next((_extent(row) for row in growing if row[0] == "stretches"), None)

    def saved(self) -> None:
        """The transaction is on the disk."""
        self._finished.clear()
        self._on_disk = self._saving

    def _lose(self, record: Record) -> None:
        self.lost += len(record)
        for row in record:
            if row[0] == "stretches":
                number, millimetres = _extent(row)
                self.lost_mm += millimetres
                # Its beginning may have been stored while it grew.
                if self._on_disk is not None and self._on_disk[0] == number:
                    self.lost_mm -= self._on_disk[1]


def _extent(row: Row) -> tuple[Value, float]:
    """Number and millimetres of a stretch."""
    return row[1][_NUMBER], float(row[1][_LENGTH] or 0.0)
