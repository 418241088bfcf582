"""CSV: one row for each defect on the coil, for a spreadsheet."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from edge.core.coil_defect import CoilDefect
from edge.core.csv_rows import csv_row
from edge.core.errors import UnwritableError
from edge.core.files import open_to_append
from edge.core.frame import Frame
from edge.core.inspection import Inspection
from edge.core.sink import Sink

COLUMNS = (
    "time",
    "coil",
    "number",
    "class",
    "score",
    "along_mm",
    "length_mm",
    "across_mm",
    "width_mm",
    "area_mm2",
    "action",
    "first_frame",
    "last_frame",
)
"""Keys of a defect's JSON, in the order of columns."""


class CsvFile(Sink):
    """Appends rows to a file, below a header that is written once.

    A row is there whole or not at all: what a full disk or a power failure cut off is taken away.
    The file is opened for each row, so that it may be moved away while the line runs; a new one is
    begun then.

    Args:
        path: Created if it is missing.

    Raises:
        UnwritableError: The file cannot be written, or has other columns.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._append(b"")

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Nothing: a defect's row is written when the whole of it has passed."""

    def defect(self, defect: CoilDefect) -> None:
        """Append a defect's row.

        Raises:
            UnwritableError: The disk is full, or the file has been replaced by another.
        """
        values = defect.as_json()
        self._append(csv_row(values[column] for column in COLUMNS))

    def _append(self, row: bytes) -> None:
        try:
            descriptor = open_to_append(self._path, read=True)
            try:
                self._write(descriptor, row)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise UnwritableError(f"{self._path} cannot be written: {error.strerror}") from None

    def _write(self, descriptor: int, row: bytes) -> None:
        status = os.fstat(descriptor)
        is_file = stat.S_ISREG(status.st_mode)
        header = csv_row(COLUMNS)
        # Before anything is cut off: only what this program wrote may be.
        if is_file and not header.startswith(os.pread(descriptor, len(header), 0)):
            raise UnwritableError(
                f"{self._path} has other columns than a table of defects",
                "Name another file, or move this one away",
            )
        size = _whole_rows(descriptor, status.st_size) if is_file else 0
        if is_file and size < status.st_size:
            os.ftruncate(descriptor, size)
        rest = row if size else header + row
        try:
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        except OSError:
            if is_file:
                os.ftruncate(descriptor, size)
            raise


def _whole_rows(descriptor: int, size: int) -> int:
    """Bytes of a file up to the end of its last whole row."""
    end = size
    while end:
        start = max(0, end - 4096)
        block = os.pread(descriptor, end - start, start)
        if (newline := block.rfind(b"\n")) >= 0:
            return start + newline + 1
        end = start
    return 0
