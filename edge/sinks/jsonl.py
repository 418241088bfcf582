"""JSON lines: one inspection a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO

from edge.errors import UnwritableError
from edge.frame import Frame
from edge.inspection import Inspection
from edge.sinks.base import Sink


class JsonLines(Sink):
    """Writes to an open text stream, such as stdout, a line at a time."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Write one line and flush it, so that a reader at the other end of a pipe keeps up."""
        self._stream.write(json.dumps(inspection.as_json(), separators=(",", ":")) + "\n")
        self._stream.flush()


class JsonLinesFile(JsonLines):
    """Appends to a file.

    Raises:
        UnwritableError: The file cannot be opened or the disk is full.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            super().__init__(path.open("a", encoding="utf-8"))
        except OSError as error:
            raise UnwritableError(f"{path} cannot be written: {error.strerror}") from None

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Append one line."""
        try:
            super().write(inspection, frame)
        except OSError as error:
            raise UnwritableError(f"{self._path} cannot be written: {error.strerror}") from None

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
