"""Deletes what is old or too much, in bites: files that were recorded, and rows, by their age.

Ages are of the ledger's own time (``age.py``): what the wall clock is set to deletes nothing. Only
files that this program wrote *and* recorded are deleted, and only while they still hold what was
written; a file of another is let be, whatever it is called, and so is what a camera reads.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.events import Event, EventKind, Tell, untold
from edge.core.picture_files import content_digest
from edge.ledger.age import DAY_S, LedgerAge
from edge.ledger.commits import LedgerWriter

if TYPE_CHECKING:
    from edge.config.ledger import LedgerConfig

_MB = 1_000_000
_EVERY_S = 60.0
"""Between two rounds."""
_BITE = 200
"""Rows of a table, files or pages at a time: a commit stays short."""
_BITE_S = 0.02
_RECORDS = 50
"""Records of files that are forgotten in one commit."""
_ROOM = 20
"""Pictures that are given up at once where rows find no room."""
_NO_FILE_OF_OURS = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO})
"""What opening says of a name that nothing has any more, or a link, or a socket."""

_Place = tuple[float, int, int]
_FIRST: _Place = (float("-inf"), 0, 0)


@dataclass(frozen=True, slots=True)
class Keep:
    """How long things are kept. None keeps for ever.

    Attributes:
        days: Rows, in days.
        mb: The ledger's file, in megabytes.
        pictures_days: Pictures, in days.
        pictures_mb: All pictures together, in megabytes.
        read_by_camera: File or folder that a camera reads; nothing there is deleted.
    """

    days: float | None = None
    mb: float | None = None
    pictures_days: float | None = None
    pictures_mb: float | None = None
    read_by_camera: Path | None = None

    @classmethod
    def of(cls, config: LedgerConfig, read_by_camera: Path | None = None) -> Keep:
        """What the configuration says; 0 there keeps for ever."""
        return cls(
            config.keep_days or None,
            config.keep_mb or None,
            config.pictures_keep_days or None,
            config.pictures_keep_mb or None,
            read_by_camera,
        )

    @property
    def shortest_days(self) -> float | None:
        """The shortest time that anything is kept; None where all is kept for ever."""
        return min(filter(None, (self.days, self.pictures_days)), default=None)


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A file as the ledger has it."""

    run: int
    n: int
    path: Path
    size: int
    digest: bytes
    aged: float

    @property
    def place(self) -> _Place:
        """Where it stands among all, the oldest first."""
        return self.aged, self.run, self.n


class Retention:
    """Deletes a little whenever it is told to.

    Args:
        writer: The ledger's.
        keep: How long things are kept.
        age: The ledger's own time.
        clock: Tells when the next round is due.
        report: Told that pictures are let be because a camera reads them.

    Attributes:
        rows_deleted: Rows that are gone, pieces and files not counted.
    """

    def __init__(
        self,
        writer: LedgerWriter,
        keep: Keep,
        age: LedgerAge,
        *,
        clock: Clock = SYSTEM_CLOCK,
        report: Tell = untold,
    ) -> None:
        self._writer = writer
        self._keep = keep
        self._age = age
        self._clock = clock
        self._report = report
        self._spared_told = False
        self._round: Iterator[None] | None = None
        self._given_up = _FIRST
        self._next_at = clock.now()
        self.rows_deleted = 0

    @property
    def under_way(self) -> bool:
        """Whether a round has been begun and is not over."""
        return self._round is not None

    def step(self) -> None:
        """Go on with the round for some 20 ms, or begin the next where a minute has passed."""
        if self._round is None:
            if self._clock.now() < self._next_at:
                return
            self._round = self._delete()
        end = self._clock.now() + _BITE_S
        try:
            for _ in self._round:
                if self._clock.now() >= end:
                    return
        except (sqlite3.Error, OSError):
            # A full disk is the writer's to tell of; the next round deletes what could not go now.
            if self._writer.connection is not None and self._writer.connection.in_transaction:
                with suppress(sqlite3.Error):
                    self._writer.connection.rollback()
        self._round = None
        self._next_at = self._clock.now() + _EVERY_S

    def make_room(self) -> None:
        """Give up a few of the oldest pictures on the ledger's disk, so that rows can be stored.

        Called with each commit that fails, it goes on where it was: a disk may be full for hours.
        """
        with suppress(OSError, sqlite3.Error):
            room, disk = _ROOM, self._writer.path.parent.stat().st_dev
            for file in self._recorded(None, self._given_up):
                if room == 0:
                    return
                self._given_up = file.place
                if not _lies_on(disk, file.path):
                    continue
                # Their rows go with a later round: now there is no room to say so.
                with suppress(OSError):
                    room -= self._remove(file)

    def _delete(self) -> Iterator[None]:
        self._given_up = _FIRST
        yield from self._delete_pictures()
        if self._keep.days is not None:
            yield from self._delete_rows(self._age.now() - self._keep.days * DAY_S)
        if self._keep.mb is not None:
            yield from self._shrink(int(self._keep.mb * _MB))

    def _delete_pictures(self) -> Iterator[None]:
        days, mb = self._keep.pictures_days, self._keep.pictures_mb
        if days is not None:
            yield from self._forget(self._recorded(self._age.now() - days * DAY_S), float("inf"))
        connection = self._writer.connection
        if mb is not None and connection is not None:
            (size,) = connection.execute("SELECT total(bytes) FROM files").fetchone()
            yield from self._forget(self._recorded(None), size - mb * _MB)

    def _forget(self, files: Iterator[_Recorded], too_much: float) -> Iterator[None]:
        """Delete files, the oldest first, until so many bytes are gone, and the record of them."""
        done: list[_Recorded] = []
        for file in files:
            if too_much <= 0:
                break
            if self._settled(file):
                done.append(file)
                too_much -= file.size
            if len(done) >= _RECORDS:
                self._drop_records(done)
                done.clear()
            yield
        self._drop_records(done)

    def _recorded(self, before: float | None, after: _Place = _FIRST) -> Iterator[_Recorded]:
        """Files after a place, the oldest first; only those recorded before a ledger's time."""
        last = after
        while (connection := self._writer.connection) is not None:
            rows = connection.execute(
                "SELECT run, n, path, bytes, digest, aged FROM files "
                "WHERE aged < ? AND (aged, run, n) > (?, ?, ?) ORDER BY aged, run, n LIMIT ?",
                (float("inf") if before is None else before, *last, _BITE),
            ).fetchall()
            for run, n, path, size, digest, aged in rows:
                file = _Recorded(run, n, Path(os.fsdecode(path)), size, digest, aged)
                yield file
                last = file.place
            if len(rows) < _BITE:
                return

    def _settled(self, file: _Recorded) -> bool:
        """Delete a file where that is right; whether the record of it can go too.

        What is no longer as it was written is not the program's any more. What cannot be read or
        deleted now can be later, and holds up nothing else: its folder is read-only, its disk away.
        """
        if not file.path.parent.is_dir():
            return False
        try:
            gone = self._remove(file) or not os.path.lexists(file.path)
        except OSError:
            return False
        return gone or not self._spared(file.path)

    def _remove(self, file: _Recorded) -> bool:
        """Delete a file that is still what was written; whether it is gone.

        Raises:
            OSError: It cannot be read or deleted.
        """
        if self._spared(file.path):
            if not self._spared_told:
                self._spared_told = True
                text = (
                    f"pictures in {file.path.parent} are not deleted, however old: the camera "
                    "reads that folder. Give pictures a folder of their own"
                )
                self._report(Event(EventKind.STORAGE, text, self._clock.wall()))
            return False
        if not _is_as_written(file):
            return False
        with suppress(FileNotFoundError):
            file.path.unlink()
        return True

    def _spared(self, path: Path) -> bool:
        read = self._keep.read_by_camera
        if read is None:
            return False
        read, real = read.resolve(), path.resolve()
        return real == read or read in real.parents

    def _drop_records(self, files: list[_Recorded]) -> None:
        with self._writer.lock:
            connection = self._writer.connection
            if connection is None or not files:
                return
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "DELETE FROM files WHERE run = ? AND n = ?", [(file.run, file.n) for file in files]
            )
            connection.execute("COMMIT")

    def _delete_rows(self, before: float) -> Iterator[None]:
        """Delete what was recorded before a time of the ledger's, and what belonged to it."""
        for table in ("stretches", "events", "defects", "coils", "runs"):
            while self._delete_bite(table, before):
                yield
        while self._writer.connection is not None and self._vacuum():
            yield

    def _delete_bite(self, table: str, before: float) -> bool:
        """Delete some rows of a table; whether there may be more."""
        with self._writer.lock:
            connection = self._writer.connection
            if connection is None:
                return False
            key = "run" if table == "runs" else "run, n"
            over = " AND ended IS NOT NULL" if table in {"coils", "runs"} else ""
            old = f"SELECT {key} FROM {table} WHERE aged < ?{over} ORDER BY aged LIMIT {_BITE}"
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
            for table in ("stretches", "defects", "events")
            for (at,) in connection.execute(
                f"SELECT aged FROM {table} WHERE aged IS NOT NULL ORDER BY aged LIMIT {_BITE}"
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


def _lies_on(disk: int, path: Path) -> bool:
    """Whether a file's folder is on that disk: room on another is of no use."""
    try:
        return path.parent.stat().st_dev == disk
    except OSError:
        return False


def _is_as_written(file: _Recorded) -> bool:
    """Whether a regular file is there whose content is what was written.

    Raises:
        OSError: It cannot be read.
    """
    try:
        descriptor = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in _NO_FILE_OF_OURS:
            return False
        raise
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode) or facts.st_size != file.size:
        os.close(descriptor)
        return False
    with os.fdopen(descriptor, "rb") as content:
        return content_digest(content.read(file.size + 1)) == file.digest
