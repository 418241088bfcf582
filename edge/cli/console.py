"""The screen that results are printed on, and what may reach it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any, NoReturn

from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.segment import Segment

from edge.cli.output_stream import OutputStream
from edge.core.errors import ReaderGoneError
from edge.core.redaction import outgoing, outgoing_lines


class SafeConsole(Console):
    """A screen on which no text can move the cursor, set a title or tell a secret.

    Text is looked at in pieces between the styles, which are the program's own. What is from
    outside goes through ``as_markup`` besides, before it is cut into lines.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"emoji": False, **options})

    @property
    def file(self) -> IO[str]:
        """Beneath ``OutputStream``, which would escape the program's own styles."""
        stream = super().file
        return stream.beneath if isinstance(stream, OutputStream) else stream

    @file.setter
    def file(self, new_file: IO[str]) -> None:
        self._file = new_file

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """As rich does, every character printable."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control else Segment(outgoing_lines(text), style)


class ResultConsole(SafeConsole):
    """Stdout for people; a reader that goes, as ``| head`` does, ends the command in silence."""

    def on_broken_pipe(self) -> NoReturn:
        """Called by rich where the other end of the pipe was closed."""
        raise ReaderGoneError("nobody reads the output any more")


def as_markup(text: object) -> str:
    """Text from outside as rich's markup: one line of it, nothing in it a style, link or secret."""
    return escape(outgoing(text))
