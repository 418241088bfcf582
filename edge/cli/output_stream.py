"""Stdout and stderr of the command: whatever is written, nothing obeys and nothing tells."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from edge.core.redaction import outgoing_lines


class OutputStream:
    """A text stream that lets no secret and no character through that a terminal obeys.

    Lines and tabs stay. Characters that the stream's encoding lacks are escaped. Bytes written to
    ``buffer`` are for programs, and go through as they are.

    Args:
        beneath: The stream that is written to.
    """

    def __init__(self, beneath: TextIO) -> None:
        self.beneath = beneath
        if isinstance(beneath, io.TextIOWrapper):
            beneath.reconfigure(errors="backslashreplace")

    @property
    def encoding(self) -> str:
        """UTF-8 to whoever asks: click would write past a stream that takes ASCII alone."""
        return "utf-8"

    def write(self, text: str) -> int:
        """Write text; the number of characters that were given."""
        self.beneath.write(outgoing_lines(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write texts one after the other."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.beneath, name)


@contextmanager
def guarded_output() -> Iterator[None]:
    """Guard stdout and stderr while the context lasts.

    They stay guarded where an error leaves it: Python shows its traceback afterwards.
    """
    before = sys.stdout, sys.stderr
    for name, stream in (("stdout", before[0]), ("stderr", before[1])):
        if stream is not None and not isinstance(stream, OutputStream):
            setattr(sys, name, OutputStream(stream))
    yield
    sys.stdout, sys.stderr = before
