"""Whatever the width of a screen, nothing of a table vanishes."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from edge.cli.console import SafeConsole, as_markup
from edge.cli.table_style import PageTable, page_table

NAMES = ("coil-20261201T143710-001", "Stra\\xdfe" * 3, "short", "a rather long name of words")
WIDTHS = (20, 40, 60, 80, 100, 200)


def printed(table: PageTable, width: int) -> str:
    out = io.StringIO()
    SafeConsole(file=out, width=width, highlight=False).print(table)
    # In cells of a terminal: a combining character takes none, a wide one two.
    assert all(cell_len(line) <= width for line in out.getvalue().splitlines())
    return out.getvalue()


def table_of(names: tuple[str, ...]) -> PageTable:
    table = page_table("Rows", ("coil", "where from"), ("passed m", "defects", "per 100 m"))
    for number, name in enumerate(names):
        table.add_row(as_markup(name), f"place {number}", f"{number}.25", f"{number:,}", "12,345.6")
    return table


@pytest.mark.parametrize("width", WIDTHS)
def test_every_name_and_number_is_there(width: int) -> None:
    text = printed(table_of(NAMES), width)
    for number, name in enumerate(NAMES):
        assert re.sub(r"\s", "", name) in re.sub(r"\s", "", text)
        assert f"{number}.25" in text
    assert "…" not in text
    assert text.count("12,345.6") == len(NAMES)


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_name_that_fits_a_line_is_in_one(width: int) -> None:
    assert NAMES[0] in printed(table_of(NAMES), width)


def test_where_there_is_room_a_row_is_a_line() -> None:
    lines = printed(table_of(NAMES), 200).splitlines()
    assert any(NAMES[0] in line and "12,345.6" in line for line in lines)


@given(names=st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=4))
@example(names=["0000\x1f\x1f\x1f\x08\u0a3c\U00018cd6\U00018d09"])
def test_nothing_raw_is_printed_and_nothing_is_taken_for_markup(names: list[str]) -> None:
    for width in (40, 120):
        text = printed(table_of(tuple(names)), width)
        assert all(char.isprintable() or char == "\n" for char in text)


def test_markup_in_a_name_is_shown_as_it_is() -> None:
    name = "[bold red]x[/] [link=http://evil.example]y :bomb:"
    assert name in printed(table_of((name,)), 200)
