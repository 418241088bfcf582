"""The look of the tables that commands print, and what gives way where a screen is narrow."""

from __future__ import annotations

from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from edge.bundle.manifest import Manifest
from edge.bundle.stages import ModelFile

_LONGEST_WORD = 24
"""Characters of a word that is kept whole in a column, unless its row is known by it."""
_UNBOUNDED = 10_000


class PageTable(Table):
    """A table of which nothing vanishes, however narrow the screen.

    The first column says what a row is about and is never broken or cut; columns that must not wrap
    are never cut; a word that is too long goes on in the next line. Where columns do not fit beside
    one another, each row is printed as a paragraph.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for column in self.columns:
            column.overflow = "fold"
        wide = options.update(width=_UNBOUNDED)
        needs = [self._need(console, wide, column) for column in self.columns]
        around = Measurement.get(console, wide, self).maximum - sum(most for _, most in needs)
        room = options.max_width - around
        if self.columns and sum(least for least, _ in needs) > room:
            yield from self._paragraphs(console)
            return
        if sum(most for _, most in needs) > room:
            for column, width in zip(self.columns, _shared_out(needs, room), strict=True):
                column.width = width
        yield from super().__rich_console__(console, options)

    def _need(self, console: Console, options: ConsoleOptions, column: Column) -> tuple[int, int]:
        """Characters that a column needs at least, and those with which nothing wraps."""
        if column.width is not None:
            return column.width, column.width
        cells = [*([column.header] if self.show_header else []), *column.cells]
        sizes = [Measurement.get(console, options, cell) for cell in cells]
        most = max([1, *(size.maximum for size in sizes)])
        if column is self.columns[0] or column.no_wrap:
            return most, most
        return min(max([1, *(size.minimum for size in sizes)]), _LONGEST_WORD), most

    def _paragraphs(self, console: Console) -> RenderResult:
        if self.title is not None:
            yield _folded(console, self.title, "table.title")
        headings = [
            _folded(console, column.header).plain.replace("\n", " ") for column in self.columns
        ]
        for row in zip(*(list(column.cells) for column in self.columns), strict=True):
            if (first := _folded(console, row[0])).plain.strip():
                yield first
            for heading, cell in zip(headings[1:], row[1:], strict=True):
                text = _folded(console, cell)
                if text.plain.strip():
                    mark = f"{heading}: " if heading and self.show_header else ""
                    yield Padding(Text(mark, overflow="fold").append_text(text), (0, 0, 0, 2))
        if self.caption is not None:
            yield _folded(console, self.caption, "table.caption")


def _shared_out(needs: list[tuple[int, int]], room: int) -> list[int]:
    """Widths of columns that fill the room, the column that lacks most given to first."""
    widths = [least for least, _ in needs]
    for _ in range(room - sum(widths)):
        lacks = [most - width for (_, most), width in zip(needs, widths, strict=True)]
        widths[lacks.index(max(lacks))] += 1
    return widths


def _folded(console: Console, cell: Any, style: str = "") -> Text:
    text = console.render_str(cell) if isinstance(cell, str) else Text(str(cell))
    text.overflow = "fold"
    if style:
        text.stylize(style)
    return text


def page_table(title: str, left: tuple[str, ...], right: tuple[str, ...]) -> PageTable:
    """An empty table of left-aligned columns and then right-aligned ones."""
    table = PageTable(title=title, title_justify="left", caption_justify="left", box=SIMPLE_HEAD)
    for heading in left:
        table.add_column(heading)
    for heading in right:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def forms_cell(models: tuple[ModelFile, ...], manifest: Manifest) -> str:
    """A network's files, one a line: number format, file format if not TFLite, and size."""
    return "\n".join(
        f"{m.precision} {'' if m.format == 'tflite' else m.format + ' '}"
        f"{manifest.files[m.file].bytes / 1024:,.0f} KiB"
        for m in models
    )
