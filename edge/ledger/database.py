"""Opening a ledger's file: one program writes it, any number read it meanwhile."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import sqlite3
import time
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from typing import IO
from urllib.parse import quote

from edge.core.errors import (
    LedgerError,
    MissingPathError,
    UnwritableError,
)
from edge.core.files import make_folder, open_unplanted
from edge.ledger.loss_note import reserve
from edge.ledger.schema import MIGRATIONS, migrate, version_of

BUSY_S = 2.0
"""How long to wait for another program that writes, in seconds."""
_WAL_PAGES = 256
"""After which the log is folded into the file: on a full disk it holds what rows could have."""
_WAL_BYTES = 4 << 20
"""To which the log is cut where a reader made it grow."""
_MAGIC = b"SQLite format 3\0"

DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""Primary result codes of SQLite for a file that no longer makes sense."""
_NO_ROOM_BYTES = 1 << 20
_SUFFIXES = ("-wal", "-shm", "")


def fault_code(error: Exception) -> int:
    """SQLite's primary result code; 0 where the error is not SQLite's."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_full(error: Exception, path: Path) -> bool:
    """Whether something failed because the disk of ``path`` is full."""
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    if fault_code(error) == sqlite3.SQLITE_IOERR:
        # So a full disk shows in the memory that is shared with readers.
        with suppress(OSError):
            return shutil.disk_usage(path.parent).free < _NO_ROOM_BYTES
    return fault_code(error) == sqlite3.SQLITE_FULL


def lock(path: Path) -> IO[bytes]:
    """Become the one that writes a ledger, until the file that is given back is closed.

    The file has room for a note of what a full disk keeps out (``loss_note.py``).

    Raises:
        LedgerError: Another run writes it.
        UnwritableError: The folder cannot be written.
        OSError: The disk is full.
    """
    make_folder(path.parent)
    beside = lock_path(path)
    try:
        file = os.fdopen(open_unplanted(beside, os.O_RDWR), "r+b", buffering=0)
    except PermissionError as error:
        raise UnwritableError(f"{beside} cannot be written: {error.strerror}") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise LedgerError(
            f"{path} is being written by another millsight run",
            "Stop that one, or give this one a ledger of its own",
        ) from None
    reserve(file)
    return file


def lock_path(path: Path) -> Path:
    """The file by which a run holds its ledger."""
    return path.with_name(path.name + ".lock")


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open a ledger as the one that holds its lock; created or migrated where needed.

    Raises:
        LedgerError: It is no ledger, or that of a newer millsight.
        UnwritableError: It may not be written.
        sqlite3.Error: It is damaged, or the disk is full.
    """
    if path.exists() and not os.access(path, os.W_OK):
        _refuse_what_is_read_only(path)
        raise UnwritableError(f"{path} cannot be written: permission denied")
    if os.path.lexists(path):
        os.close(open_unplanted(path, os.O_RDWR))
    _refuse_what_is_no_database(path)
    connection = sqlite3.connect(
        path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    try:
        version_of(connection, path)
        # Takes effect only on a file that is still empty.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
        migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open a ledger that a run may be writing; an older one is migrated first.

    Raises:
        MissingPathError: There is no such file.
        LedgerError: It is damaged, no ledger, or that of a newer millsight.
    """
    if not path.is_file():
        raise MissingPathError(
            f"there is no ledger {path}", "Name it with --ledger FILE; millsight run writes it"
        )
    _refuse_what_is_no_database(path)
    try:
        connection = _connect_to_read(path)
        if version_of(connection, path) < len(MIGRATIONS):
            connection.close()
            with lock(path):
                open_to_write(path).close()
            connection = _connect_to_read(path)
    except (sqlite3.Error, OSError) as error:
        raise unreadable(path, error) from None
    return connection


def unreadable(path: Path, error: Exception) -> LedgerError:
    """The error of a ledger that SQLite cannot read."""
    return LedgerError(
        f"{path} cannot be read: {error}",
        "Check that you may write to its folder, and the disk; "
        "millsight run sets a damaged ledger aside and begins a new one",
    )


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Open a ledger to read only, also in a folder that this user may not write to.

    A reader of a write-ahead log writes an index beside it. Where no run keeps a log, there is none
    to index: the file is then opened as one that does not change.
    """
    log = path.with_name(f"{path.name}-wal")
    writes = os.access(path.parent, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
    still = not writes and not log.exists()
    connection = sqlite3.connect(
        f"file:{quote(os.fsencode(path.absolute()))}?mode=ro{'&immutable=1' if still else ''}",
        uri=True,
        timeout=BUSY_S,
        isolation_level=None,
    )
    connection.row_factory = sqlite3.Row
    return connection


def _refuse_what_is_no_database(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except FileNotFoundError:
        return
    except OSError as error:
        raise UnwritableError(f"{path} cannot be read: {error.strerror}") from None
    # A first page of zeros is what power that failed leaves of a ledger: SQLite finds it damaged.
    if start.strip(b"\0") and start != _MAGIC:
        raise LedgerError(f"{path} is no ledger of millsight")


def _refuse_what_is_read_only(path: Path) -> None:
    """A disk that was mounted to be read may become writable: the run waits for that."""
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))


def set_aside(path: Path) -> Path:
    """Give a damaged ledger another name, with its log, so that a new one can be begun.

    Raises:
        OSError: It cannot be renamed.
    """
    at = time.strftime("%Y%m%dT%H%M%S")
    names = (f"{path.name}.damaged-{at}{more}" for more in chain([""], (f"-{n}" for n in count(2))))
    away = next(
        away
        for away in map(path.with_name, names)
        if not any(os.path.lexists(_beside(away, suffix)) for suffix in _SUFFIXES)
    )
    for suffix in _SUFFIXES:
        beside = _beside(path, suffix)
        if beside.exists():
            beside.rename(_beside(away, suffix))
    return away


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
