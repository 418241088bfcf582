"""The learning curve of a training run, from the table that Ultralytics writes."""

from __future__ import annotations

import csv
from pathlib import Path

_COLUMNS = {
    "box_ap50": "metrics/mAP50(B)",
    "box_ap": "metrics/mAP50-95(B)",
    "mask_ap50": "metrics/mAP50(M)",
    "mask_ap": "metrics/mAP50-95(M)",
}


def read_curve(table: Path) -> list[dict[str, float]]:
    """For each epoch its number, the minutes since the start, and AP on val by their validator.

    A missing table gives an empty curve; an incomplete last line is ignored.
    """
    if not table.exists():
        return []
    with table.open(newline="") as file:
        rows = [{k.strip(): v for k, v in row.items() if k} for row in csv.DictReader(file)]
    return [
        {"epoch": int(row["epoch"]), "minutes": float(row["time"]) / 60}
        | {name: float(row[column]) for name, column in _COLUMNS.items() if row.get(column)}
        for row in rows
        if all(value is not None for value in row.values())
    ]


def write_curve(table: Path, out: Path) -> None:
    """Write ``read_curve`` of a table as CSV."""
    rows = read_curve(table)
    if rows:
        with out.open("w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
