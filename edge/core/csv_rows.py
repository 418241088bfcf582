"""CSV rows that a spreadsheet displays and never runs as formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for a formula at the beginning of a cell (OWASP, CSV Injection)."""


def csv_row(values: Iterable[object]) -> bytes:
    """One row with its end of line, UTF-8 (RFC 4180)."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([_cell(value) for value in values])
    return text.getvalue().encode()


def _cell(value: object) -> object:
    """A value as a cell that is no formula and contains no line break."""
    if not isinstance(value, str):
        return value
    # RFC 4180 allows line ends in quotes; a row that was cut off there would swallow the next.
    text = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in value
    )
    # A program that drops what cannot be printed must not uncover a formula.
    bare = "".join(char for char in value if char.isprintable()).lstrip()
    return f"'{text}" if bare.startswith(_FORMULA) else text
