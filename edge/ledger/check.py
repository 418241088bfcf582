"""Whether a ledger is whole, how large it is, and what it does not know."""

from __future__ import annotations

from typing import Any

from edge.core.errors import LedgerError
from edge.core.inspection import iso_time
from edge.ledger.database import lock_path
from edge.ledger.loss_note import read_note
from edge.ledger.query import LedgerReader
from edge.ledger.schema import version_of
from edge.ledger.tables import TABLES


def check(reader: LedgerReader) -> dict[str, Any]:
    """Figures of a ledger with the keys that docs/json.md documents.

    ``faults`` has what SQLite finds wrong in the file, at most 100 lines; it is empty where the
    ledger is whole. What a full disk kept out counts as unstored, also where there was only room
    for a note of it beside the ledger (``loss_note.py``). Strip that passed is ``passed_mm`` =
    inspected + uninspected + unstored.
    """
    scalar = reader.scalar
    faults = _faults(reader)
    levels = dict(
        tuple(row)
        for row in reader.select("SELECT level, sum(length_mm) FROM stretches GROUP BY level")
    )
    causes = dict(
        tuple(row)
        for row in reader.select(
            "SELECT cause, sum(length_mm) FROM stretches WHERE cause IS NOT NULL GROUP BY cause"
        )
    )
    rows, unstored = _unstored(reader)
    missing = levels.get("uninspected", 0.0)
    first, last = scalar("SELECT min(began) FROM runs"), scalar("SELECT max(seen) FROM runs")
    return {
        "path": str(reader.path.absolute()),
        "version": version_of(reader.connection, reader.path),
        "whole": not faults,
        "faults": faults,
        "bytes": sum(
            file.stat().st_size
            for suffix in ("", "-wal")
            if (file := reader.path.with_name(reader.path.name + suffix)).is_file()
        ),
        "free_bytes": scalar("PRAGMA freelist_count") * scalar("PRAGMA page_size"),
        "rows": {name: scalar(f"SELECT count(*) FROM {name}") for name in (*TABLES, "outbox")},
        "first": iso_time(first) if first else None,
        "last": iso_time(last) if last else None,
        "cut_off_runs": scalar("SELECT count(*) FROM runs WHERE cut_off"),
        "passed_mm": round(sum(levels.values()) + unstored, 3),
        "inspected_mm": round(sum(levels.values()) - missing, 3),
        "uninspected_mm": round(missing, 3),
        "uninspected_by_cause": {cause: round(mm, 3) for cause, mm in causes.items()},
        "unstored_rows": rows,
        "unstored_mm": round(unstored, 3),
    }


def _unstored(reader: LedgerReader) -> tuple[int, float]:
    """Rows that were never stored, and millimetres of strip among them; also those only noted."""
    note = read_note(lock_path(reader.path))
    noted = -1 if note is None else note.run
    query = "SELECT coalesce(sum(unstored_rows), 0), total(unstored_mm) FROM runs WHERE run != ?"
    rows, millimetres = next(reader.select(query, (noted,)))
    if note is not None:
        return rows + note.rows, millimetres + note.mm
    return rows, millimetres


def _faults(reader: LedgerReader) -> list[str]:
    try:
        found = [str(row[0]) for row in reader.select("PRAGMA integrity_check(100)")]
    except LedgerError as error:
        return [error.what]
    return [] if found == ["ok"] else found
