"""JSON lines: one inspection a line, or one event."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, TextIO

from edge.core.errors import ReaderGoneError, UnwritableError
from edge.core.events import Event
from edge.core.files import ends_within_a_line, open_to_append
from edge.core.frame import Frame
from edge.core.inspection import Inspection
from edge.core.sink import Sink


class JsonLines(Sink):
    """Writes to an open text stream, such as stdout, a line at a time."""

    def __init__(self, stream: TextIO, name: str = "the output") -> None:
        self._stream = stream
        self._name = name
        self._failed = False

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Write one line and flush it, so that a reader at the other end of a pipe keeps up.

        Raises:
            ReaderGoneError: The other end of the pipe was closed.
            UnwritableError: The disk is full.
        """
        self._put(inspection.as_json())

    def _put(self, content: dict[str, Any]) -> None:
        try:
            self._stream.write(json.dumps(content, separators=(",", ":"), allow_nan=False) + "\n")
            self._stream.flush()
        except BrokenPipeError:
            raise ReaderGoneError(f"nobody reads {self._name} any more") from None
        except OSError as error:
            self._failed = True
            raise UnwritableError(f"{self._name} cannot be written: {error.strerror}") from None


class JsonLinesFile(JsonLines):
    """Appends to a file, on a line of its own even where the last was cut off by a power failure.

    Raises:
        UnwritableError: The file cannot be opened or written.
    """

    def __init__(self, path: Path) -> None:
        try:
            file = os.fdopen(open_to_append(path), "a", encoding="utf-8")
            super().__init__(file, str(path))
            if ends_within_a_line(path):
                self._stream.write("\n")
        except OSError as error:
            raise UnwritableError(f"{path} cannot be written: {error.strerror}") from None

    def close(self) -> None:
        """Close the file.

        Raises:
            UnwritableError: What was written could not be kept, as a network's disk says at the
                end; not where ``write`` has said so.
        """
        try:
            self._stream.close()
        except OSError as error:
            if not self._failed:
                raise UnwritableError(f"{self._name} cannot be written: {error.strerror}") from None


class EventLinesFile(JsonLinesFile):
    """Appends events instead of inspections, to a file of their own.

    Raises:
        UnwritableError: The file cannot be opened or written.
    """

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Nothing: a line is an event."""

    def tell(self, event: Event) -> None:
        """Write one line and flush it.

        Raises:
            UnwritableError: The disk is full.
        """
        self._put(event.as_json())
