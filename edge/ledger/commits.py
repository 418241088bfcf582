"""One commit a second; and where the disk is full, rows that wait while inspection goes on."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path
from threading import RLock
from typing import IO, Protocol

from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.errors import MillsightError
from edge.core.events import Event, EventKind, Tell, untold
from edge.ledger.database import (
    BUSY_S,
    DAMAGED,
    fault_code,
    is_full,
    lock,
    lock_path,
    open_to_write,
    set_aside,
)
from edge.ledger.loss_note import LossNote, read_note, write_note

COMMIT_S = 1.0
"""Seconds between two commits: as much is lost where the power fails."""
_CALM = 5
"""So many times as long nothing must fail before a trouble is called over."""


class RowSource(Protocol):
    """What has rows to store. All its methods are called with the writer's lock held."""

    def opened(self, connection: sqlite3.Connection) -> None:
        """Learn from a ledger that was just opened what is in it."""

    def waiting(self) -> bool:
        """Whether the next commit has something to store."""
        ...

    def save(self, connection: sqlite3.Connection, run: int) -> None:
        """Write it, within the writer's transaction; it may fail and be called again."""

    def saved(self) -> None:
        """The transaction is on the disk."""


class LedgerWriter:
    """Holds a ledger open for one run and stores what its parts have, in short transactions.

    A transaction is begun when all its rows are known, so readers and the disk see it for
    milliseconds. What fails is tried again with the next commit; a damaged ledger is set aside.

    Args:
        path: The ledger; created with its folder, or migrated.
        every_s: Seconds between two commits.
        report: Told that the ledger cannot be stored, or is again.
        clock: Tells the time.

    Attributes:
        connection: To the ledger; None while it cannot be opened.
        run: Number of this run in the ledger; 0 until it was opened.
        lock: Held during each use of the connection.
        commits: Transactions that are on the disk.
        full: Whether the last commit failed for want of room.

    Raises:
        LedgerError: It is no ledger, that of a newer millsight, or another run writes it.
        UnwritableError: Its folder cannot be written.
    """

    def __init__(
        self,
        path: Path,
        *,
        every_s: float = COMMIT_S,
        report: Tell = untold,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.path = path
        self.connection: sqlite3.Connection | None = None
        self.run = 0
        self.lock = RLock()
        self.commits = 0
        self.full = False
        self._every_s = every_s
        self._parts: list[RowSource] = []
        self._held: IO[bytes] | None = None
        self._noted = False
        self._closed = False
        self._clock = clock
        self._committed_at = clock.now()
        self._failing_since: float | None = None
        self._well_since: float | None = None
        self._report = report
        try:
            self._open()
        except (sqlite3.Error, OSError) as error:
            self._fail(error)

    def add_part(self, part: RowSource) -> None:
        """Let a part's rows be stored with every commit from now on."""
        with self.lock:
            self._parts.append(part)
            if self.connection is None:
                return
            try:
                part.opened(self.connection)
            except (sqlite3.Error, OSError) as error:
                # All parts learn of it again when it is opened again, with the next commit.
                self._fail(error)
                self._disconnect()

    def due(self, within_s: float = 0.0) -> bool:
        """Whether it is time for a commit, or will be within so many seconds."""
        return self._clock.now() - self._committed_at >= self._every_s - within_s

    def commit(self) -> bool:
        """Store what the parts have now. Never raises for a disk that is full or gone.

        Returns:
            Whether nothing waits any longer.
        """
        with self.lock:
            self._committed_at = self._clock.now()
            if self._closed:
                return False
            if not any(part.waiting() for part in self._parts):
                return True
            try:
                self._store()
            except (sqlite3.Error, OSError, MillsightError) as error:
                self._fail(error)
                return False
            self.commits += 1
            self._recover()
            return True

    def note(self, loss: LossNote | None) -> None:
        """Note what is not in the ledger, where there is room for nothing else; None: nothing."""
        with self.lock:
            if self._held is not None and (loss is not None or self._noted):
                self._noted = write_note(self._held, loss) and loss is not None

    @property
    def failing(self) -> bool:
        """Whether commits have failed lately."""
        return self._failing_since is not None

    def fold_log(self) -> bool:
        """Fold the log into the ledger and cut it: it may hold megabytes that rows could have.

        Returns:
            Whether that has freed anything.
        """
        log = self.path.with_name(self.path.name + "-wal")
        with self.lock, suppress(sqlite3.Error, OSError):
            if self.connection is None or not log.stat().st_size:
                return False
            # A reader may hold the log; the line does not wait for it.
            self.connection.execute("PRAGMA busy_timeout = 0")
            try:
                self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                self.connection.execute(f"PRAGMA busy_timeout = {BUSY_S * 1000:.0f}")
            return not log.stat().st_size
        return False

    def close(self) -> None:
        """Let go of the ledger. Safe to call twice."""
        with self.lock:
            self._closed = True
            self._disconnect()
            if self._held is not None:
                self._held.close()
                self._held = None

    def _store(self) -> None:
        connection = self.connection or self._open()
        connection.execute("BEGIN IMMEDIATE")
        for part in self._parts:
            part.save(connection, self.run)
        connection.execute("COMMIT")
        for part in self._parts:
            part.saved()

    def _open(self) -> sqlite3.Connection:
        if self._held is None:
            self._held = lock(self.path)
        connection = open_to_write(self.path)
        try:
            if not self.run:
                _close_what_was_cut_off(connection)
                if (loss := read_note(lock_path(self.path))) is not None:
                    _take_over(connection, loss)
                    write_note(self._held, None)
                (last,) = connection.execute("SELECT coalesce(max(run), 0) FROM runs").fetchone()
                self.run = last + 1
            for part in self._parts:
                part.opened(connection)
        except BaseException:
            connection.close()
            raise
        self.connection = connection
        return connection

    def _fail(self, error: Exception) -> None:
        if self.connection is not None:
            with suppress(sqlite3.Error):
                self.connection.rollback()
        self._well_since = None
        code = fault_code(error)
        self.full = is_full(error, self.path)
        what = f"the ledger {self.path} cannot be stored: {error}"
        if code in DAMAGED:
            self._disconnect()
            with suppress(OSError):
                what += f"; set aside as {set_aside(self.path).name}, a new one is begun"
        elif code not in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY}:
            # A disk that comes back is another file to SQLite.
            self._disconnect()
        if self._failing_since is None:
            self._failing_since = self._clock.now()
            hint = "free some space there" if self.full else "check that disk"
            self._tell(f"{what}. Inspection goes on and rows wait in memory; {hint}")

    def _recover(self) -> None:
        self.full = False
        if self._failing_since is None:
            return
        now = self._clock.now()
        self._well_since = self._well_since or now
        # A full disk lets a commit through now and then; that is not worth an event each time.
        if now - self._well_since >= _CALM * self._every_s:
            lasted = self._well_since - self._failing_since
            self._failing_since = None
            self._tell(f"the ledger {self.path} is stored again, after {lasted:.0f} s")

    def _tell(self, text: str) -> None:
        self._report(Event(EventKind.STORAGE, text, self._clock.wall()))

    def _disconnect(self) -> None:
        if self.connection is not None:
            with suppress(sqlite3.Error):
                self.connection.close()
            self.connection = None


def _close_what_was_cut_off(connection: sqlite3.Connection) -> None:
    """Mark runs that power or a kill has ended; they ended when they were last stored."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "UPDATE coils SET ended = (SELECT seen FROM runs WHERE runs.run = coils.run) "
        "WHERE ended IS NULL AND run IN (SELECT run FROM runs WHERE ended IS NULL)"
    )
    connection.execute("UPDATE runs SET ended = seen, cut_off = 1 WHERE ended IS NULL")
    connection.execute("COMMIT")


def _take_over(connection: sqlite3.Connection, loss: LossNote) -> None:
    """Let the ledger know what the run before has lost, and could only note beside it."""
    connection.execute("BEGIN IMMEDIATE")
    (last,) = connection.execute("SELECT coalesce(max(run), 0) FROM runs").fetchone()
    run = loss.run or last + 1
    connection.execute(
        "INSERT OR IGNORE INTO runs (run, began, seen, camera, bundle, bundle_digest, version, "
        "config_digest, aged) VALUES (?, ?, ?, ?, '', '', '', '', "
        "coalesce((SELECT aged FROM runs ORDER BY run DESC LIMIT 1), ?))",
        (run, loss.began, loss.seen, loss.camera, loss.seen),
    )
    connection.execute(
        "UPDATE runs SET unstored_rows = ?, unstored_mm = ?, ended = ?, cut_off = ? WHERE run = ?",
        (loss.rows, loss.mm, loss.ended or loss.seen, loss.ended is None, run),
    )
    connection.execute("COMMIT")
