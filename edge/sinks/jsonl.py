"""JSON lines: one inspection a line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TextIO

from edge.errors import ReaderGoneError, UnwritableError
from edge.frame import Frame
from edge.inspection import Inspection
from edge.sinks.base import Sink


class JsonLines(Sink):
    """Writes to an open text stream, such as stdout, a line at a time."""

    def __init__(self, stream: TextIO, name: str = "the output") -> None:
        self._stream = stream
        self._name = name

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Write one line and flush it, so that a reader at the other end of a pipe keeps up.

        Raises:
            ReaderGoneError: The other end of the pipe was closed.
            UnwritableError: The disk is full.
        """
        try:
            self._stream.write(json.dumps(inspection.as_json(), separators=(",", ":")) + "\n")
            self._stream.flush()
        except BrokenPipeError:
            raise ReaderGoneError(f"nobody reads {self._name} any more") from None
        except OSError as error:
            raise UnwritableError(f"{self._name} cannot be written: {error.strerror}") from None


class JsonLinesFile(JsonLines):
    """Appends to a file, on a line of its own even where the last was cut off by a power failure.

    Raises:
        UnwritableError: The file cannot be opened or written.
    """

    def __init__(self, path: Path) -> None:
        try:
            super().__init__(path.open("a", encoding="utf-8"), str(path))
            if _ends_within_a_line(path):
                self._stream.write("\n")
        except OSError as error:
            raise UnwritableError(f"{path} cannot be written: {error.strerror}") from None

    def close(self) -> None:
        """Close the file; what a full disk kept from being written was reported by ``write``."""
        try:
            self._stream.close()
        except OSError:
            return


def _ends_within_a_line(path: Path) -> bool:
    if not path.is_file() or path.stat().st_size == 0:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
