"""Helpers for the export's tables."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD

from edge.cli.table_style import PageTable


def captioned(title: str, caption: str) -> PageTable:
    """An empty table with title and caption, left-aligned."""
    return PageTable(
        title=title,
        title_justify="left",
        caption=caption,
        caption_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
    )


def points(share: float | None) -> str:
    """A difference of shares in points, signed, with two decimals; empty for None."""
    return "" if share is None else f"{share * 100:+.2f}"
