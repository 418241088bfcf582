"""The tables that a ledger is asked for, and which of their rows are wanted."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edge.core.errors import ConfigError
from edge.core.inspection import iso_time

JOIN_COIL = "LEFT JOIN coils AS c ON c.run = t.run AND c.n = t.coil"
"""Joins to rows ``t`` the coil ``c`` that they are of."""
QUERIES = {
    "defects": "SELECT t.run, c.name AS coil, t.number, t.class, t.score, t.along_mm, "
    "t.length_mm, t.across_mm, t.width_mm, t.area_mm2, t.first_frame, t.last_frame, "
    f"t.at AS time, t.action, t.picture, t.n FROM defects AS t {JOIN_COIL}",
    "stretches": f"SELECT t.run, c.name AS coil, t.level, t.cause, t.gap, t.frames, t.first_frame, "
    "t.last_frame, t.position_mm, t.length_mm, t.began, t.ended, t.n FROM stretches AS t "
    f"{JOIN_COIL}",
    "events": "SELECT t.run, t.kind AS event, t.text, t.at AS time, t.position_mm, t.coil, t.n "
    "FROM events AS t",
    "coils": "SELECT t.run, t.name AS coil, t.began, t.ended, t.begin_mm, t.end_mm, "
    "t.width_mm, t.action, t.n FROM coils AS t",
    "runs": "SELECT t.run, t.began, t.seen, t.ended, t.cut_off, t.camera, t.bundle, "
    "t.bundle_digest, t.bundle_trust, t.version, t.config_digest, t.unstored_rows, t.unstored_mm, "
    "t.run AS n FROM runs AS t",
}
TABLES = tuple(QUERIES)
"""What can be asked for."""
_NAME = {"defects": "c.name", "stretches": "c.name", "coils": "t.name", "events": "t.coil"}
_TIMES = {
    "defects": ("t.at", "t.at"),
    "stretches": ("t.began", "t.ended"),
    "events": ("t.at", "t.at"),
    "coils": ("t.began", "coalesce(t.ended, 1e12)"),
    "runs": ("t.began", "coalesce(t.ended, 1e12)"),
}
_AT = ("time", "began", "ended", "seen")
_EMPTY_IS_NONE = ("coil", "action", "bundle_trust")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows are wanted; None wants all.

    Attributes:
        coil: Name of their coil.
        class_name: Class of defects.
        since: Not what ended before, in seconds since 1970 (UTC).
        until: Not what began after.
        min_length_mm: Defects, stretches and coils at least so long, in mm.
        action: Action about defects and coils; ``divert`` is any ``divert:STREAM``.
    """

    coil: str | None = None
    class_name: str | None = None
    since: float | None = None
    until: float | None = None
    min_length_mm: float | None = None
    action: str | None = None

    def where(self, table: str) -> tuple[str, list[Any]]:
        """A condition on ``t`` and its parameters.

        Raises:
            ConfigError: Rows of that table have no such property.
        """
        began, ended = _TIMES[table]
        length = "t.end_mm - t.begin_mm" if table == "coils" else "t.length_mm"
        terms: list[tuple[str, Any, str, Sequence[str]]] = [
            (f"{_NAME.get(table)} = ?", self.coil, "coil", tuple(_NAME)),
            ("t.class = ?", self.class_name, "class", ("defects",)),
            (f"{ended} >= ?", self.since, "since", TABLES),
            (f"{began} <= ?", self.until, "until", TABLES),
            (f"{length} >= ?", self.min_length_mm, "length", ("defects", "stretches", "coils")),
        ]
        conditions, values = [], []
        for condition, value, name, tables in terms:
            if value is not None:
                _require(table, tables, name)
                conditions.append(condition)
                values.append(value)
        if self.action is not None:
            _require(table, ("defects", "coils"), "action")
            conditions.append("(t.action = ? OR t.action LIKE ? || ':%')")
            values += [self.action, self.action]
        return " AND ".join(conditions) or "1", values


def _require(table: str, tables: Sequence[str], name: str) -> None:
    if table not in tables:
        raise ConfigError(f"{table} have no {name}", f"Ask for {' or '.join(tables)} by {name}")


def plain_row(row: sqlite3.Row) -> dict[str, Any]:
    """A row as documented: times as text, ``n`` and unused digits left out."""
    plain: dict[str, Any] = {}
    for name in row.keys():  # noqa: SIM118 - iterating a row gives its values
        value = row[name]
        if name == "n":
            continue
        if name in _AT:
            value = iso_time(value) if value else None
        elif name in _EMPTY_IS_NONE:
            value = value or None
        elif name in {"gap", "cut_off"}:
            value = bool(value)
        elif isinstance(value, float):
            value = round(value, 6 if name == "score" else 3)
        plain[name] = value
    return plain
