"""Rows of a ledger as CSV, JSON lines or Parquet, for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

from edge.core.csv_rows import csv_row
from edge.core.errors import MissingExtraError

Rows = Iterable[dict[str, Any]]

_BATCH = 10_000
_WHOLE = frozenset(
    {"run", "number", "frames", "first_frame", "last_frame", "unstored_rows"},
)
_TIMES = frozenset({"time", "began", "ended", "seen"})
_BOOLEANS = frozenset({"gap", "cut_off"})


def write_jsonl(rows: Rows, file: BinaryIO) -> int:
    """One JSON object a line; gives the number of rows."""
    count = 0
    for row in rows:
        file.write(json.dumps(row, separators=(",", ":"), allow_nan=False).encode() + b"\n")
        count += 1
    return count


def write_csv(rows: Rows, columns: Sequence[str], file: BinaryIO) -> int:
    """A header and one row each (RFC 4180, UTF-8); gives the number of rows."""
    count = 0
    file.write(csv_row(columns))
    for row in rows:
        file.write(csv_row(_plain(row[name]) for name in columns))
        count += 1
    return count


def write_parquet(rows: Rows, columns: Sequence[str], file: BinaryIO) -> int:
    """An Apache Parquet file with typed columns, times in UTC; gives the number of rows.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "Parquet needs the package pyarrow, which the runtime does without",
            "Install it where ledgers are analysed: pip install 'millsight[parquet]'",
        ) from error
    kinds = {
        int: pyarrow.int64(),
        bool: pyarrow.bool_(),
        float: pyarrow.float64(),
        datetime: pyarrow.timestamp("ms", tz="UTC"),
        str: pyarrow.string(),
    }
    schema = pyarrow.schema([(name, kinds[_kind(name)]) for name in columns])
    count = 0
    with parquet.ParquetWriter(file, schema) as writer:
        for batch in _batches(rows):
            for row in batch:
                for name in _TIMES & row.keys():
                    row[name] = row[name] and datetime.fromisoformat(row[name])
            writer.write_table(pyarrow.Table.from_pylist(batch, schema))
            count += len(batch)
    return count


def _batches(rows: Rows) -> Iterator[list[dict[str, Any]]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, _BATCH)):
        yield batch


def _kind(column: str) -> type:
    if column in _WHOLE:
        return int
    if column in _BOOLEANS:
        return bool
    if column in _TIMES:
        return datetime
    return float if column == "score" or column.endswith(("_mm", "_mm2")) else str


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value
