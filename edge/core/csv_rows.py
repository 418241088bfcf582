"""CSV rows that a spreadsheet displays and never runs as formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@")
"""First characters by which a spreadsheet recognizes a formula (OWASP, CSV Injection)."""


def csv_row(values: Iterable[object]) -> bytes:
    """One row with its end of line, UTF-8 (RFC 4180)."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([_cell(value) for value in values])
    return text.getvalue().encode("utf-8", "replace")


def _cell(value: object) -> object:
    """A value as a cell that is no formula and contains no line break."""
    if not isinstance(value, str):
        return value
    # RFC 4180 allows line breaks inside quotes, but a row cut off there would absorb the next row.
    text = "".join(char if char.isprintable() else " " for char in value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
