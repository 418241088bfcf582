"""The tables that ``millsight ledger`` prints for people; times are those of the clock here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType

from edge.bundle.load import UNSIGNED
from edge.cli.console import as_markup
from edge.cli.table_style import PageTable
from edge.core.coil_defect import CoilDefect
from edge.core.inspection import UNCLASSIFIED

_LEFT_OUT = {
    "defects": {"run", "first_frame", "last_frame"},
    "stretches": {"run", "ended"},
    "events": {"run"},
    "coils": {"run"},
    "runs": {"seen", "config_digest"},
}
"""What a page has no room for; machine formats have it."""
_FROM_WIDTH = {
    "score": 100,
    "defects.time": 100,
    "area_mm2": 110,
    "bundle_digest": 120,
    "bundle_trust": 110,
    "gap": 100,
    "cut_off": 100,
    "unstored_rows": 110,
    "unstored_mm": 110,
    "version": 120,
    "first_frame": 110,
    "last_frame": 110,
    "picture": 175,
}
"""Characters that a terminal must have in a line for these columns, of a table or of all."""
_COIL_ENDS_FROM = 100
"""Characters of a line from which on a list of coils says when each has ended."""
_SHOWN = 20
"""Defects on the page of a coil, the longest."""


def rows_table(name: str, rows: Sequence[Mapping[str, Any]], width: int) -> PageTable:
    """Rows of a ledger's table; metres where a position is meant, millimetres where a size is.

    Args:
        name: Of the ledger's table.
        rows: With the same keys all.
        width: Characters of a line; columns that matter less are left out of a short one.
    """
    title = _counted(len(rows), name)
    table = PageTable(box=SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    if not rows:
        return table
    columns = [
        column
        for column in rows[0]
        if column not in _LEFT_OUT[name]
        and any(row[column] not in {None, ""} for row in rows)
        and width >= max(_FROM_WIDTH.get(column, 0), _FROM_WIDTH.get(f"{name}.{column}", 0))
    ]
    for column in columns:
        number = isinstance(rows[0][column], (int, float)) and not isinstance(rows[0][column], bool)
        words = column in {"text", "picture"}
        table.add_column(
            _heading(column),
            justify="right" if number else "left",
            no_wrap=not words,
        )
    for row in rows:
        table.add_row(*(as_markup(_cell(column, row[column])) for column in columns))
    return table


def _counted(count: int, name: str) -> str:
    if count == 1:
        name = {"stretches": "stretch"}.get(name, name.removesuffix("s"))
    return f"{count:,} {name}"


def _heading(column: str) -> str:
    name, _, unit = column.rpartition("_")
    if unit == "mm2":
        return f"{name}\nmm²"
    if unit != "mm":
        return column.replace("_", "\n")
    return f"{name}\n{'m' if _is_position(column) else 'mm'}"


def _is_position(column: str) -> bool:
    return column in {"along_mm", "position_mm", "begin_mm", "end_mm"}


def _cell(column: str, value: Any) -> str:
    if value is None:
        return ""
    if column in _WORDED:
        return _WORDED[column](value)
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float):
        return f"{value / 1000:.3f}" if _is_position(column) else f"{value:.1f}"
    return str(value)


def _local(time: str) -> str:
    return datetime.fromisoformat(time).astimezone().strftime("%Y-%m-%d %H:%M:%S")


_WORDED: dict[str, Callable[[Any], str]] = {
    "class": lambda name: name or UNCLASSIFIED,
    "score": "{:.2f}".format,
    "picture": lambda path: Path(path).name,
    "bundle_digest": lambda digest: str(digest)[:12],
    **dict.fromkeys(("time", "began", "ended"), _local),
}
"""How values of some columns are said."""


def coils_table(coils: Sequence[Mapping[str, Any]], width: int) -> PageTable:
    """Coils, one a line; where lines of ``width`` characters are short, without their ends."""
    table = PageTable(
        box=SIMPLE_HEAD,
        title=_counted(len(coils), "coils"),
        title_justify="left",
        pad_edge=False,
    )
    ends, actions = width >= _COIL_ENDS_FROM, any(coil["action"] for coil in coils)
    table.add_column("coil")
    table.add_column("began")
    if ends:
        table.add_column("ended")
    for heading in ("passed\nm", "inspected", "defects"):
        table.add_column(heading, justify="right", no_wrap=True)
    if actions:
        table.add_column("action", no_wrap=True)
    for coil in coils:
        table.add_row(
            as_markup(coil["coil"]),
            _local(coil["began"]),
            *([_end_of(coil)] if ends else []),
            f"{coil['passed_mm'] / 1000:,.1f}",
            _percent(coil["inspected_mm"], coil["passed_mm"]),
            f"{coil['defects']:,}",
            *([as_markup(coil["action"] or "")] if actions else []),
        )
    return table


def _end_of(coil: Mapping[str, Any]) -> str:
    return _local(coil["ended"]) if coil["ended"] else "under the camera"


def _percent(part: float, whole: float) -> str:
    """A share that says 100 only where nothing is missing."""
    return f"{int(part / whole * 1000) / 10:.1f} %" if whole else ""


def origin(coil: Mapping[str, Any]) -> str:
    """When a coil was inspected, and by what, in a line."""
    return f"{_when(coil)}, {_by(coil)}"


def _when(coil: Mapping[str, Any]) -> str:
    return f"{_local(coil['began'])} to {_end(coil)}"


def _by(coil: Mapping[str, Any]) -> str:
    trust = coil["bundle_trust"]
    shown = f" ({'UNSIGNED' if trust == UNSIGNED else trust})" if trust else ""
    return f"by bundle {coil['bundle']}{shown}, camera {coil['camera']}"


def _end(coil: Mapping[str, Any]) -> str:
    return _local(coil["ended"]) if coil["ended"] else "now, under the camera"


def coil_page(
    page: Mapping[str, Any], defects: Sequence[CoilDefect], width: int
) -> Iterator[RenderableType]:
    """A coil's figures, its classes, and its longest defects; for lines of ``width`` characters."""
    yield f"[bold]coil {as_markup(page['coil'] or '')}[/]  {_when(page)}"
    if page["cut_off"]:
        yield "[bold yellow]its run was cut off: the last second may be missing[/]"
    facts = PageTable.grid(padding=(0, 2))
    passed = page["passed_mm"]
    for name, value in (
        ("inspected", _by(page)),
        ("passed", f"{passed / 1000:,.1f} m"),
        *(
            (name, f"{level['mm'] / 1000:,.1f} m  {_percent(level['mm'], passed)}")
            for name, level in page["coverage"].items()
        ),
        *(
            (f"  {cause}", f"{mm / 1000:,.1f} m")
            for cause, mm in page["uninspected_by_cause"].items()
        ),
        ("action", page["action"] or "no rules"),
    ):
        facts.add_row(f"[dim]{as_markup(name)}[/]", as_markup(value))
    yield facts
    table = PageTable(box=SIMPLE_HEAD, title="Defects", title_justify="left")
    table.add_column("class")
    for heading in ("defects", "per 100 m", "longest mm", "area mm²"):
        table.add_column(heading, justify="right")
    for name, figures in page["classes"].items():
        table.add_row(
            as_markup(name),
            f"{figures['defects']:,}",
            _rate(figures["per_100_m"]),
            f"{figures['longest_mm']:,.1f}",
            f"{figures['area_mm2']:,.1f}",
        )
    table.add_row("[bold]all[/]", f"{page['defects']:,}", _rate(page["per_100_m"]), "", "")
    yield table
    longest = sorted(defects, key=lambda defect: -defect.length_mm)[:_SHOWN]
    if longest:
        rows = [_shown(defect, page["begin_mm"]) for defect in longest]
        yield rows_table("defects", rows, width)


def _rate(rate: float | None) -> str:
    return "" if rate is None else f"{rate:.2f}"


def _shown(defect: CoilDefect, begin_mm: float) -> dict[str, Any]:
    """A defect's row, its place counted from where the coil begins, as on its map."""
    plain = {**defect.as_json(), "along_mm": defect.along_mm - begin_mm}
    return {name: plain[name] for name in plain if name not in {"coil", "time"}}


def check_page(found: Mapping[str, Any]) -> Iterator[RenderableType]:
    """What a check of a ledger has found."""
    facts = PageTable.grid(padding=(0, 2))
    rows = ", ".join(_counted(count, name) for name, count in found["rows"].items() if count)
    span = "nothing yet"
    if found["first"]:
        span = f"{_local(found['first'])} to {_local(found['last'])}"
    for name, value in (
        ("ledger", found["path"]),
        ("whole", "yes" if found["whole"] else "NO: " + "; ".join(found["faults"][:3])),
        ("version", str(found["version"])),
        ("size", f"{found['bytes'] / 1e6:,.1f} MB, {found['free_bytes'] / 1e6:,.1f} MB of it free"),
        ("rows", rows or "none"),
        ("span", span),
        ("passed", f"{found['passed_mm'] / 1000:,.1f} m"),
        ("inspected", f"{found['inspected_mm'] / 1000:,.1f} m"),
        ("not inspected", f"{found['uninspected_mm'] / 1000:,.1f} m"),
        *(
            (f"  {cause}", f"{mm / 1000:,.1f} m")
            for cause, mm in found["uninspected_by_cause"].items()
        ),
        (
            "never stored",
            f"{found['unstored_rows']:,} rows, {found['unstored_mm'] / 1000:,.1f} m of strip",
        ),
        ("runs cut off", f"{found['cut_off_runs']:,}"),
    ):
        facts.add_row(f"[dim]{as_markup(name)}[/]", as_markup(value))
    yield facts
