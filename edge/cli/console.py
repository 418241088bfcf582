"""The screen that results are printed on."""

from __future__ import annotations

from typing import NoReturn

from rich.console import Console

from edge.core.errors import ReaderGoneError


class ResultConsole(Console):
    """Stdout for people; a reader that goes, as ``| head`` does, ends the command in silence."""

    def on_broken_pipe(self) -> NoReturn:
        """Called by rich where the other end of the pipe was closed."""
        raise ReaderGoneError("nobody reads the output any more")
