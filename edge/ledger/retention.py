"""Deletes what is old or too much, in bites: pictures by their folder, rows by their time."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edge.ledger.commits import LedgerWriter

if TYPE_CHECKING:
    from edge.config.ledger import LedgerConfig

_DAY_S = 86_400.0
_MB = 1_000_000
_EVERY_S = 60.0
"""Between two rounds."""
_BITE = 200
"""Rows of a table, files or pages at a time: a commit stays short."""
_BITE_S = 0.02
_ROOM = 20
"""Pictures that are given up at once where rows find no room."""
_SUFFIXES = frozenset({".jpg", ".png"})


@dataclass(frozen=True, slots=True)
class Keep:
    """How long things are kept. None keeps for ever.

    Attributes:
        days: Rows, in days.
        mb: The ledger's file, in megabytes.
        pictures: Folder of pictures; None leaves pictures alone.
        pictures_days: Pictures, in days.
        pictures_mb: All pictures together, in megabytes.
    """

    days: float | None = None
    mb: float | None = None
    pictures: Path | None = None
    pictures_days: float | None = None
    pictures_mb: float | None = None

    @classmethod
    def of(cls, config: LedgerConfig, pictures: Path | None) -> Keep:
        """What the configuration says; 0 there keeps for ever."""
        return cls(
            config.keep_days or None,
            config.keep_mb or None,
            pictures,
            config.pictures_keep_days or None,
            config.pictures_keep_mb or None,
        )


class Retention:
    """Deletes a little whenever it is told to.

    Args:
        writer: The ledger's.
        keep: How long things are kept.

    Attributes:
        rows_deleted: Rows that are gone, pieces not counted.
    """

    def __init__(self, writer: LedgerWriter, keep: Keep) -> None:
        self._writer = writer
        self._keep = keep
        self._round: Iterator[None] | None = None
        self._next_at = 0.0
        self.rows_deleted = 0

    @property
    def under_way(self) -> bool:
        """Whether a round has been begun and is not over."""
        return self._round is not None

    def step(self) -> None:
        """Go on with the round for some 20 ms, or begin the next where a minute has passed."""
        if self._round is None:
            if time.monotonic() < self._next_at:
                return
            self._round = self._delete()
        end = time.monotonic() + _BITE_S
        try:
            for _ in self._round:
                if time.monotonic() >= end:
                    return
        except (sqlite3.Error, OSError):
            # A full disk is the writer's to tell of; the next round deletes what could not go now.
            if self._writer.connection is not None and self._writer.connection.in_transaction:
                with suppress(sqlite3.Error):
                    self._writer.connection.rollback()
        self._round = None
        self._next_at = time.monotonic() + _EVERY_S

    def make_room(self) -> None:
        """Give up a few of the oldest pictures, so that rows can be stored."""
        with suppress(OSError):
            for _, path, _ in sorted(_pictures(self._keep.pictures))[:_ROOM]:
                self._remove(path)

    def _delete(self) -> Iterator[None]:
        yield from self._delete_pictures()
        if self._writer.connection is None:
            return
        if self._keep.days is not None:
            yield from self._delete_rows(time.time() - self._keep.days * _DAY_S)
        if self._keep.mb is not None:
            yield from self._shrink(int(self._keep.mb * _MB))

    def _delete_pictures(self) -> Iterator[None]:
        days, mb = self._keep.pictures_days, self._keep.pictures_mb
        if days is None and mb is None:
            return
        found: list[tuple[float, Path, int]] = []
        for picture in _pictures(self._keep.pictures):
            found.append(picture)
            if len(found) % _BITE == 0:
                yield
        found.sort()
        size = sum(bytes_ for _, _, bytes_ in found)
        oldest = time.time() - days * _DAY_S if days is not None else float("-inf")
        most = mb * _MB if mb is not None else float("inf")
        for written_at, path, bytes_ in found:
            if written_at >= oldest and size <= most:
                return
            self._remove(path)
            size -= bytes_
            yield

    def _remove(self, path: Path) -> None:
        with suppress(FileNotFoundError):
            path.unlink()

    def _delete_rows(self, before: float) -> Iterator[None]:
        """Delete what ended before a time (UTC seconds), and what belonged to it."""
        for table, column in (("stretches", "ended"), ("events", "at")):
            while self._delete_bite(table, column, before):
                yield
        while self._delete_bite("defects", "at", before):
            yield
        for table, column in (("coils", "ended"), ("runs", "ended")):
            while self._delete_bite(table, column, before):
                yield
        while self._writer.connection is not None and self._vacuum():
            yield

    def _delete_bite(self, table: str, column: str, before: float) -> bool:
        """Delete some rows of a table; whether there may be more."""
        with self._writer.lock:
            connection = self._writer.connection
            if connection is None:
                return False
            key = "run" if table == "runs" else "run, n"
            old = f"SELECT {key} FROM {table} WHERE {column} < ? ORDER BY {column} LIMIT {_BITE}"
            connection.execute("BEGIN IMMEDIATE")
            if table == "defects":
                connection.execute(f"DELETE FROM pieces WHERE (run, defect) IN ({old})", (before,))
            gone = connection.execute(
                f"DELETE FROM {table} WHERE ({key}) IN ({old})", (before,)
            ).rowcount
            connection.execute("COMMIT")
            self.rows_deleted += gone
            return gone == _BITE

    def _shrink(self, most: int) -> Iterator[None]:
        while (connection := self._writer.connection) is not None:
            used, free, page = (
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
            if (used - free) * page <= most:
                break
            before = self._oldest(connection)
            if before is None:
                break
            deleted = self.rows_deleted
            yield from self._delete_rows(before)
            if self.rows_deleted == deleted:
                break
        while self._vacuum():
            yield

    def _oldest(self, connection: sqlite3.Connection) -> float | None:
        """A time before which lie about as many rows as are deleted in a bite."""
        times = sorted(
            at
            for table, column in (("stretches", "ended"), ("defects", "at"), ("events", "at"))
            for (at,) in connection.execute(
                f"SELECT {column} FROM {table} ORDER BY {column} LIMIT {_BITE}"
            )
        )
        # Strictly after the last of them, or rows of one instant would stay for ever.
        return times[min(_BITE, len(times)) - 1] + 1e-6 if times else None

    def _vacuum(self) -> bool:
        """Give some free pages back to the disk; whether there are more."""
        with self._writer.lock:
            connection = self._writer.connection
            if connection is None:
                return False
            before: int = connection.execute("PRAGMA freelist_count").fetchone()[0]
            connection.execute(f"PRAGMA incremental_vacuum({_BITE})").fetchall()
            free: int = connection.execute("PRAGMA freelist_count").fetchone()[0]
            return 0 < free < before


def _pictures(folder: Path | None) -> Iterator[tuple[float, Path, int]]:
    """When each picture of a folder was written, its path, and its size in bytes."""
    if folder is None or not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if Path(entry.name).suffix in _SUFFIXES and entry.is_file(follow_symlinks=False):
                facts = entry.stat(follow_symlinks=False)
                yield facts.st_mtime, Path(entry.path), facts.st_size
