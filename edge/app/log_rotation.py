"""Which of a log's older files are the program's own: no others are renamed or deleted.

Beside ``NAME`` lies ``.NAME.rotated``, which knows the files that the program has begun: by their
first bytes, which never change since a log is only appended to. A ``NAME.2`` of somebody else keeps
its name and its content, and the program's own older files take the numbers around it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from itertools import count
from pathlib import Path

from edge.core.errors import UnwritableError
from edge.core.files import write_whole
from edge.core.regular_files import read_regular

_HEAD = 512
"""Bytes that a file is known by; its first lines have the time to the millisecond."""


class LogRotation:
    """The files of one log.

    Args:
        path: The file that is written.
        keep: Older files that are kept.
    """

    def __init__(self, path: Path, keep: int) -> None:
        self._path = path
        self._keep = keep
        self._record = path.with_name(f".{path.name}.rotated")
        self._own = self._read()

    def begun(self) -> None:
        """The file that is written was just made: once it has lines, it is known by them."""
        self._own["begun"] = str(self._path.stat().st_ino)
        self._write()

    def rotate(self) -> None:
        """Make way for a new file: the older ones take the next number, the oldest goes.

        Raises:
            OSError: A file cannot be renamed.
        """
        if self._own.get("begun") == str(self._path.stat().st_ino):
            # Recorded first: what is not recorded is never deleted.
            self._own[_head(self._path)] = ""
            self._own.pop("begun")
            self._write()
        slots = [slot for slot, _ in zip(self._slots(), range(self._keep), strict=False)]
        if slots[-1].exists():
            head = _head(slots[-1])
            slots[-1].unlink()
            self._own.pop(head, None)
        for newer, older in zip(reversed(slots[:-1]), reversed(slots[1:]), strict=True):
            if newer.exists():
                newer.rename(older)
        self._path.rename(slots[0])

    def _slots(self) -> Iterator[Path]:
        """Names of older files, the newest first, that are free or have a file of the program's."""
        for number in count(1):
            path = self._path.with_name(f"{self._path.name}.{number}")
            if not os.path.lexists(path) or self._is_own(path):
                yield path

    def _is_own(self, path: Path) -> bool:
        try:
            return path.is_file() and _head(path) in self._own
        except OSError:  # Another user's, such as root's of a run before.
            return False

    def _read(self) -> dict[str, str]:
        with suppress(OSError, ValueError):
            told = json.loads(read_regular(self._record))
            if isinstance(told, dict):
                return {str(key): str(value) for key, value in told.items()}
        return {}

    def _write(self) -> None:
        # Where it cannot be written, the files stay. A pipe would wait for a reader.
        if self._record.exists() and not self._record.is_file():
            return
        with suppress(UnwritableError):
            write_whole(self._record, json.dumps(self._own) + "\n", durable=False)


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return blake2b(file.read(_HEAD), digest_size=16).hexdigest()
