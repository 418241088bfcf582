"""Rows that wait for the next commit: as many as memory is granted, the newest kept."""

from __future__ import annotations

import sqlite3
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from itertools import chain

from edge.ledger.schema import COLUMNS

Value = str | bytes | int | float | None
Row = tuple[str, tuple[Value, ...]]
"""A table, and what its columns hold after ``run`` and before ``aged``."""
Record = tuple[Row, ...]
"""Rows that make sense only together, such as a defect and its pieces."""

LIMIT = 10_000
"""Records kept in memory: a disk may be full for more than half an hour of a bad coil."""

_INSERT = {
    table: f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(columns))})"
    for table, columns in COLUMNS.items()
}
STAMPED = frozenset(table for table, columns in COLUMNS.items() if columns[-1] == "aged")
"""Tables whose rows have the ledger's own time."""
_LENGTH = COLUMNS["stretches"].index("length_mm") - 1
_NUMBER = COLUMNS["stretches"].index("n") - 1


class PendingRows:
    """Finished records in their order.

    Args:
        limit: Finished records kept; beyond, the oldest are lost and counted.
        now: Seconds that go on steadily, by which records are stamped as they come.
        aged: Makes the ledger's own time of such a stamp, when the record is stored.

    Attributes:
        lost: Rows that were never stored.
        lost_mm: Millimetres of strip whose stretches were among them.
    """

    def __init__(
        self,
        limit: int = LIMIT,
        *,
        now: Callable[[], float] = lambda: 0.0,
        aged: Callable[[float], float] = lambda at: at,
    ) -> None:
        self._limit = limit
        self._now = now
        self._aged = aged
        self._finished: deque[tuple[float, Record]] = deque()
        self._on_disk: tuple[Value, float] | None = None
        self._saving: tuple[Value, float] | None = None
        self.lost = 0
        self.lost_mm = 0.0

    def add(self, *record: Row) -> None:
        """Take a finished record."""
        self._finished.append((self._now(), record))
        if len(self._finished) > self._limit:
            self._lose(self._finished.popleft()[1])

    def __bool__(self) -> bool:
        """Whether a finished record waits."""
        return bool(self._finished)

    def save(self, connection: sqlite3.Connection, run: int, growing: Sequence[Row] = ()) -> None:
        """Write what is finished, and rows that still grow as they stand, within a transaction."""
        by_table: defaultdict[str, list[tuple[Value, ...]]] = defaultdict(list)
        for at, record in chain(self._finished, ((self._now(), (row,)) for row in growing)):
            for table, values in record:
                plain = (run, *map(storable, values))
                by_table[table].append((*plain, self._aged(at)) if table in STAMPED else plain)
        for table, rows in by_table.items():
            connection.executemany(_INSERT[table], rows)
        self._saving = next((_extent(row) for row in growing if row[0] == "stretches"), None)

    def saved(self) -> None:
        """The transaction is on the disk."""
        self._finished.clear()
        self._on_disk = self._saving

    def unstored(self, growing: Sequence[Row] = ()) -> tuple[int, float]:
        """Rows, and millimetres of strip, that were lost or are not on the disk yet."""
        rows, millimetres = self.lost, self.lost_mm
        for record in (*(record for _, record in self._finished), tuple(growing)):
            rows += len(record)
            millimetres += self._millimetres(record)
        return rows, millimetres

    def give_up(self, growing: Sequence[Row] = ()) -> None:
        """Count all that waits as lost: nothing will be stored any more."""
        self.lost, self.lost_mm = self.unstored(growing)
        self._finished.clear()

    def _lose(self, record: Record) -> None:
        self.lost += len(record)
        self.lost_mm += self._millimetres(record)

    def _millimetres(self, record: Record) -> float:
        total = 0.0
        for row in record:
            if row[0] == "stretches":
                number, millimetres = _extent(row)
                total += millimetres
                # Its beginning may have been stored while it grew.
                if self._on_disk is not None and self._on_disk[0] == number:
                    total -= self._on_disk[1]
        return total


def storable(value: Value) -> Value:
    """Text that SQLite takes: names of files are bytes from outside, and need not be UTF-8."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return value


def _extent(row: Row) -> tuple[Value, float]:
    """Number and millimetres of a stretch."""
    return row[1][_NUMBER], float(row[1][_LENGTH] or 0.0)
