"""The look of the tables on the page of a bundle."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table


def page_table(title: str, left: tuple[str, ...], right: tuple[str, ...]) -> Table:
    """An empty table of left-aligned columns and then right-aligned ones."""
    table = Table(title=title, title_justify="left", caption_justify="left", box=SIMPLE_HEAD)
    for heading in left:
        table.add_column(heading)
    for heading in right:
        table.add_column(heading, justify="right", no_wrap=True)
    return table
