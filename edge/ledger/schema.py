"""The ledger's tables, and how an older file becomes one of today.

``user_version`` counts the migrations that a file has been through. Rows are numbered within their
run, so that they can wait in memory while nothing can be read from the disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from edge.core.errors import LedgerError, NewerLedgerError

APPLICATION = 0x4D494C4C
"""``application_id`` of a ledger: MILL in ASCII."""

_FIRST = (
    """CREATE TABLE runs (
        run INTEGER PRIMARY KEY,
        began REAL NOT NULL,
        seen REAL NOT NULL,  -- when its rows were last stored
        ended REAL,
        cut_off INTEGER NOT NULL DEFAULT 0,
        camera TEXT NOT NULL,
        bundle TEXT NOT NULL,
        bundle_digest TEXT NOT NULL,
        version TEXT NOT NULL,
        config_digest TEXT NOT NULL,
        unstored_rows INTEGER NOT NULL DEFAULT 0,
        unstored_mm REAL NOT NULL DEFAULT 0
    )""",
    """CREATE TABLE coils (
        run INTEGER NOT NULL,
        n INTEGER NOT NULL,
        name TEXT NOT NULL,
        began REAL NOT NULL,
        ended REAL,
        begin_mm REAL NOT NULL,
        end_mm REAL NOT NULL,
        action TEXT NOT NULL,
        PRIMARY KEY (run, n)
    ) WITHOUT ROWID""",
    "CREATE INDEX coils_by_name ON coils (name)",
    "CREATE INDEX coils_by_time ON coils (began)",
    """CREATE TABLE stretches (
        run INTEGER NOT NULL,
        n INTEGER NOT NULL,
        coil INTEGER,  -- coils.n of the same run
        level TEXT NOT NULL,
        cause TEXT,
        gap INTEGER NOT NULL,
        frames INTEGER NOT NULL,
        first_frame INTEGER,  -- NULL where the camera gave none
        last_frame INTEGER,
        position_mm REAL NOT NULL,
        length_mm REAL NOT NULL,
        began REAL NOT NULL,
        ended REAL NOT NULL,
        PRIMARY KEY (run, n)
    ) WITHOUT ROWID""",
    "CREATE INDEX stretches_by_time ON stretches (ended)",
    """CREATE TABLE defects (
        run INTEGER NOT NULL,
        n INTEGER NOT NULL,
        coil INTEGER,
        number INTEGER NOT NULL,
        class TEXT NOT NULL,
        score REAL NOT NULL,
        along_mm REAL NOT NULL,
        length_mm REAL NOT NULL,
        across_mm REAL NOT NULL,
        width_mm REAL NOT NULL,
        area_mm2 REAL NOT NULL,
        first_frame INTEGER NOT NULL,
        last_frame INTEGER NOT NULL,
        action TEXT NOT NULL,
        at REAL NOT NULL,
        picture TEXT,
        PRIMARY KEY (run, n)
    ) WITHOUT ROWID""",
    "CREATE INDEX defects_by_time ON defects (at)",
    """CREATE TABLE pieces (
        run INTEGER NOT NULL,
        defect INTEGER NOT NULL,  -- defects.n of the same run
        n INTEGER NOT NULL,
        frame INTEGER NOT NULL,
        source TEXT NOT NULL,
        x INTEGER NOT NULL,
        y INTEGER NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        score REAL NOT NULL,
        mask TEXT,  -- JSON, COCO compressed run lengths
        frame_width INTEGER,
        frame_height INTEGER,
        picture TEXT,
        PRIMARY KEY (run, defect, n)
    ) WITHOUT ROWID""",
    """CREATE TABLE events (
        run INTEGER NOT NULL,
        n INTEGER NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        at REAL NOT NULL,
        position_mm REAL,
        coil TEXT NOT NULL,
        PRIMARY KEY (run, n)
    ) WITHOUT ROWID""",
    "CREATE INDEX events_by_time ON events (at)",
    """CREATE TABLE outbox (
        id INTEGER PRIMARY KEY,
        topic TEXT NOT NULL,
        payload BLOB NOT NULL,
        created REAL NOT NULL
    )""",
)

_SECOND = (
    "ALTER TABLE runs ADD COLUMN bundle_trust TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE runs ADD COLUMN classes TEXT NOT NULL DEFAULT '[]'",  # JSON
    "ALTER TABLE coils ADD COLUMN width_mm REAL",
)

_BEFORE_2025 = "< 1735689600"


def _aged(table: str, time: str) -> tuple[str, str, str]:
    """Statements that stamp a table's rows with the ledger's own time (``age.py``).

    Rows have the time of the wall clock for it; those of before this program was made, which a
    device without a battery has written, that of the last run.
    """
    last = "(SELECT seen FROM runs ORDER BY run DESC LIMIT 1)"
    return (
        f"ALTER TABLE {table} ADD COLUMN aged REAL",
        f"UPDATE {table} SET aged = CASE WHEN {time} {_BEFORE_2025} THEN {last} ELSE {time} END",
        f"CREATE INDEX {table}_by_age ON {table} (aged)",
    )


_THIRD = (
    *_aged("coils", "coalesce(ended, began)"),
    *_aged("stretches", "ended"),
    *_aged("defects", "at"),
    *_aged("events", "at"),
    *_aged("runs", "seen"),
    "ALTER TABLE runs ADD COLUMN boot TEXT NOT NULL DEFAULT ''",  # which start of the system
    "ALTER TABLE runs ADD COLUMN up_s REAL NOT NULL DEFAULT 0",  # since that start
    "ALTER TABLE runs ADD COLUMN clock_kept INTEGER NOT NULL DEFAULT 0",  # by a time service
    "ALTER TABLE runs ADD COLUMN message_id INTEGER NOT NULL DEFAULT 0",  # the last given
    """CREATE TABLE files (
        run INTEGER NOT NULL,
        n INTEGER NOT NULL,
        path BLOB NOT NULL,  -- as the file system has it
        bytes INTEGER NOT NULL,
        digest BLOB NOT NULL,  -- BLAKE2b of the content, 16 bytes
        aged REAL,
        PRIMARY KEY (run, n)
    ) WITHOUT ROWID""",
    "CREATE INDEX files_by_age ON files (aged)",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _SECOND, _THIRD)
"""Statements that bring a ledger of version i to version i + 1; never changed once released."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "coils": (
        "run", "n", "name", "began", "ended", "begin_mm", "end_mm", "action", "width_mm", "aged",
    ),
    "stretches": (
        "run", "n", "coil", "level", "cause", "gap", "frames", "first_frame", "last_frame",
        "position_mm", "length_mm", "began", "ended", "aged",
    ),
    "defects": (
        "run", "n", "coil", "number", "class", "score", "along_mm", "length_mm", "across_mm",
        "width_mm", "area_mm2", "first_frame", "last_frame", "action", "at", "picture", "aged",
    ),
    "pieces": (
        "run", "defect", "n", "frame", "source", "x", "y", "width", "height", "score", "mask",
        "frame_width", "frame_height", "picture",
    ),
    "events": ("run", "n", "kind", "text", "at", "position_mm", "coil", "aged"),
    "files": ("run", "n", "path", "bytes", "digest", "aged"),
}  # fmt: skip
"""Columns of the tables that a run fills row by row, in their order."""


def migrate(
    connection: sqlite3.Connection,
    path: Path,
    migrations: Sequence[Sequence[str]] = MIGRATIONS,
) -> None:
    """Bring a ledger to today's version in one transaction; an empty file becomes one.

    Args:
        connection: In autocommit mode.
        path: Of the file, for messages.
        migrations: As ``MIGRATIONS``.

    Raises:
        NewerLedgerError: A newer millsight has written it.
        LedgerError: It is a database of something else.
        sqlite3.Error: It cannot be written.
    """
    if version_of(connection, path, len(migrations)) == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another program may have been quicker.
        version = version_of(connection, path, len(migrations))
        for statements in migrations[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def version_of(connection: sqlite3.Connection, path: Path, newest: int = len(MIGRATIONS)) -> int:
    """How many migrations a ledger has been through; 0 is an empty file.

    Raises:
        NewerLedgerError: More than ``newest``.
        LedgerError: It is a database of something else.
    """
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if application != APPLICATION and not (empty and version == 0):
        raise LedgerError(f"{path} is a database, but no ledger of millsight")
    if version > newest:
        raise NewerLedgerError(
            f"{path} is a ledger of version {version}; this millsight knows versions to {newest}"
        )
    return version
