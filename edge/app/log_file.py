"""The log file, written in a separate thread so that a slow disk does not block logging.

Records wait in a bounded queue. Records that do not fit, or cannot be written, are lost and
counted; a warning in the file gives their number once it can be written again.
"""

from __future__ import annotations

import copy
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from queue import Full, Queue
from threading import Thread
from typing import Any

from edge.app.log_rotation import LogRotation
from edge.config.log import LogConfig
from edge.core.files import ends_within_a_line, open_to_append
from edge.core.log_format import JsonFormatter, TextFormatter

_QUEUE = 2000
"""Most records that wait: a few megabytes."""
_CLOSE_S = 5.0
"""Longest wait for a hanging disk at the end, in seconds; the service's unit allows 45 s in all."""

Say = Callable[[str], None]


class LogFile(QueueHandler):
    """A handler that writes to the configured file. Errors of the file are not raised.

    Its thread begins with ``begin`` or ``close``; records that are logged before wait.

    Args:
        config: Path, level and format of the file.
        say: Called once when the file cannot be written, and at the end with the number of lost
            records; from any thread.
        queue: Most records that wait.
        close_s: Longest wait of ``close`` for a hanging disk, in seconds.
    """

    def __init__(
        self, config: LogConfig, say: Say, *, queue: int = _QUEUE, close_s: float = _CLOSE_S
    ) -> None:
        self._waiting: Queue[Any] = Queue(queue)
        super().__init__(self._waiting)
        self.setLevel(config.level.upper())
        self.path = config.path
        self._say = say
        self._close_s = close_s
        self._given = self._dropped = 0
        self._file = _RotatingFile(config, say)
        self._listener = _Listener(self._waiting, self._file, self._take_dropped)
        self._open = True
        self._begun = False

    def begin(self) -> None:
        """Write, in a thread of its own. Safe to call twice."""
        if not self._begun:
            self._begun = True
            self._listener.start()

    @property
    def lost(self) -> int:
        """Number of records that were not written."""
        return self._listener.dropped + self._dropped + self._file.lost

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """A copy with the formatted message, because the record's arguments may change later."""
        ready = copy.copy(record)
        ready.msg, ready.args = record.getMessage(), None
        return ready

    def enqueue(self, record: logging.LogRecord) -> None:
        """Queue a record, or count it as dropped."""
        try:
            self._given += 1
            self._waiting.put_nowait(record)
        except Full:
            self._dropped += 1

    def close(self) -> None:
        """Write the waiting records and close the file. Safe to call twice."""
        if not self._open:
            return
        self._open = False
        self.begin()
        # A disk that hangs may hold up the writing for ever, but not the program's end.
        stopping = Thread(target=self._listener.stop, name="log-close", daemon=True)
        stopping.start()
        stopping.join(self._close_s)
        if stopping.is_alive():
            self._file.abandon()
            self._dropped = self._given - self._file.written - self._file.lost
            self._dropped -= self._listener.dropped
        self._file.close()
        super().close()
        if self.lost:
            self._say(f"{self.lost} lines are missing from the log {self.path}")

    def _take_dropped(self) -> int:
        # Dropping happens under this handler's lock, which makes the read and the reset atomic.
        self.acquire()
        try:
            dropped, self._dropped = self._dropped, 0
        finally:
            self.release()
        return dropped


class _Listener(QueueListener):
    """Writes waiting records; when none is left, notes in the file how many were dropped."""

    def __init__(self, queue: Queue[Any], file: _RotatingFile, take: Callable[[], int]) -> None:
        super().__init__(queue, file)
        self._waiting = queue
        self._file = file
        self._take = take
        self.dropped = 0

    def handle(self, record: logging.LogRecord) -> None:
        super().handle(record)
        if self._waiting.empty() and (dropped := self._take()):
            self.dropped += dropped
            self._file.note(f"{dropped} lines are missing here: the disk could not keep up")

    def enqueue_sentinel(self) -> None:
        self._waiting.put(None)


class _RotatingFile(RotatingFileHandler):
    """Used by one thread and therefore without a lock, which a hanging disk would hold for ever."""

    def __init__(self, config: LogConfig, say: Say) -> None:
        super().__init__(
            config.path,
            maxBytes=max(1, round(config.max_mb * 1e6)),
            backupCount=config.keep,
            encoding="utf-8",
            errors="backslashreplace",
            delay=True,
        )
        self.setFormatter(JsonFormatter() if config.format == "json" else TextFormatter())
        self.written = self.lost = 0
        self._say = say
        self._rotation = LogRotation(Path(self.baseFilename), config.keep)
        self._since_lost = 0
        self._failed = self._abandoned = False

    def abandon(self) -> None:
        """Do not touch the file any more, because another thread hangs in it."""
        self._abandoned = True

    def note(self, text: str) -> None:
        """Write a warning about the file itself."""
        super().emit(logging.LogRecord(__name__, logging.WARNING, __file__, 0, text, None, None))

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; if records were lost before it, also note their number."""
        self._failed = False
        super().emit(record)
        if self._failed:
            self.lost += 1
            self._since_lost += 1
            return
        self.written += 1
        if self._since_lost:
            missing, self._since_lost = self._since_lost, 0
            self.note(f"{missing} lines before the last are missing: the file could not be written")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the library's name
        """Close the file so that the next record opens it again; report the first failure."""
        error = sys.exc_info()[1]
        stream, self.stream = self.stream, None
        with suppress(OSError, ValueError):
            if stream is not None:
                stream.close()
        self._failed = True
        if self._since_lost == 0:
            reason = getattr(error, "strerror", None) or str(error)
            self._say(
                f"the log {self.baseFilename} cannot be written: {reason}. The line continues; "
                "missing log lines are counted"
            )

    def acquire(self) -> None:
        """Do nothing: see the class."""

    def release(self) -> None:
        """Do nothing: see the class."""

    def flush(self) -> None:
        """Flush, unless another thread hangs in the file."""
        if not self._abandoned:
            super().flush()

    def close(self) -> None:
        """Close, unless another thread hangs in the file."""
        if not self._abandoned:
            with suppress(OSError):
                super().close()

    def doRollover(self) -> None:  # noqa: N802  # the library's name
        """Begin a new file, and let be what is not the program's own."""
        if self.stream is not None:
            self.stream.close()
            self.stream = None
        self._rotation.rotate()
        self.stream = self._open()

    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(parents=True, exist_ok=True)
        cut_off = ends_within_a_line(path)
        new = not path.exists()
        stream = os.fdopen(open_to_append(path), "a", encoding=self.encoding, errors=self.errors)
        if new:
            self._rotation.begun()
        if cut_off:
            stream.write("\n")
        return stream
