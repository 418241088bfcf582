"""Reading a ledger, also while a run writes it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from edge.coil.stretch import Stretch
from edge.core.coil_defect import CoilDefect, Piece
from edge.core.errors import ConfigError
from edge.core.inspection import (
    Cause,
    Level,
    iso_time,
)
from edge.ledger.database import open_to_read, unreadable

_COIL = "LEFT JOIN coils AS c ON c.run = t.run AND c.n = t.coil"
_QUERIES = {
    "defects": "SELECT t.run, c.name AS coil, t.number, t.class, t.score, t.along_mm, "
    "t.length_mm, t.across_mm, t.width_mm, t.area_mm2, t.first_frame, t.last_frame, "
    f"t.at AS time, t.action, t.picture, t.n FROM defects AS t {_COIL}",
    "stretches": f"SELECT t.run, c.name AS coil, t.level, t.cause, t.gap, t.frames, t.first_frame, "
    f"t.last_frame, t.position_mm, t.length_mm, t.began, t.ended, t.n FROM stretches AS t {_COIL}",
    "events": "SELECT t.run, t.kind AS event, t.text, t.at AS time, t.position_mm, t.coil, t.n "
    "FROM events AS t",
    "coils": "SELECT t.run, t.name AS coil, t.began, t.ended, t.begin_mm, t.end_mm, "
    "t.width_mm, t.action, t.n FROM coils AS t",
    "runs": "SELECT t.run, t.began, t.seen, t.ended, t.cut_off, t.camera, t.bundle, "
    "t.bundle_digest, t.bundle_trust, t.version, t.config_digest, t.unstored_rows, t.unstored_mm, "
    "t.run AS n FROM runs AS t",
}
TABLES = tuple(_QUERIES)
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


class LedgerReader:
    """A ledger opened to be read; a context manager.

    Args:
        path: The ledger.

    Raises:
        MissingPathError: There is no such file.
        LedgerError: It is damaged, no ledger, or that of a newer millsight.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = open_to_read(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    def rows(
        self, table: str, wanted: Filter | None = None, *, newest: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Rows of a table as plain values, with the keys that docs/json.md documents, in order.

        Args:
            table: One of ``TABLES``.
            wanted: Which of them.
            newest: No more than so many, the newest.
        """
        condition, values = (wanted or Filter()).where(table)
        key = "t.run" if table == "runs" else "t.run, t.n"
        query = f"{_QUERIES[table]} WHERE {condition} ORDER BY {key}"
        if newest is not None:
            backwards = f"{_QUERIES[table]} WHERE {condition} ORDER BY {_backwards(key)} LIMIT ?"
            query = f"SELECT * FROM ({backwards}) ORDER BY run, n"
            values = [*values, newest]
        for row in self.select(query, values):
            yield _plain(table, row)

    def pieces(self, wanted: Filter | None = None) -> Iterator[dict[str, Any]]:
        """Pieces of the defects that are wanted, by frame: class, frame, box, mask, picture."""
        condition, values = (wanted or Filter()).where("defects")
        query = (
            "SELECT p.*, t.class, t.number, t.action, c.name AS coil FROM pieces AS p "
            f"JOIN defects AS t ON t.run = p.run AND t.n = p.defect {_COIL} "
            f"WHERE {condition} ORDER BY p.run, p.frame, p.source, p.defect, p.n"
        )
        for row in self.select(query, values):
            yield {**dict(row), "mask": row["mask"] and json.loads(row["mask"])}

    def coil_defects(self, run: int, coil: int) -> list[CoilDefect]:
        """Defects of a coil, by its run and its number in that."""
        query = (
            f"SELECT t.*, c.name FROM defects AS t {_COIL} WHERE t.run = ? AND t.coil = ? "
            "ORDER BY t.along_mm, t.n"
        )
        return [
            CoilDefect(
                coil=row["name"],
                number=row["number"],
                class_name=row["class"],
                score=row["score"],
                along_mm=row["along_mm"],
                length_mm=row["length_mm"],
                across_mm=row["across_mm"],
                width_mm=row["width_mm"],
                area_mm2=row["area_mm2"],
                first_frame=row["first_frame"],
                last_frame=row["last_frame"],
                pieces=self._pieces_of(run, row["n"]),
                at=row["at"],
                action=row["action"],
            )
            for row in self.select(query, (run, coil))
        ]

    def coil_stretches(self, run: int, coil: int) -> list[Stretch]:
        """Strip of a coil, by its run and its number in that."""
        query = (
            "SELECT position_mm, length_mm, level, cause FROM stretches "
            "WHERE run = ? AND coil = ? ORDER BY n"
        )
        return [
            Stretch(position, length, Level(level), Cause(cause) if cause else None)
            for position, length, level, cause in self.select(query, (run, coil))
        ]

    def _pieces_of(self, run: int, defect: int) -> tuple[Piece, ...]:
        query = "SELECT * FROM pieces WHERE run = ? AND defect = ? ORDER BY n"
        return tuple(
            Piece(
                row["frame"],
                row["source"],
                (row["x"], row["y"], row["width"], row["height"]),
                row["mask"] and json.loads(row["mask"]),
                row["score"],
            )
            for row in self.select(query, (run, defect))
        )

    def columns(self, table: str) -> list[str]:
        """Keys of a table's rows, in their order."""
        described = self.connection.execute(f"{_QUERIES[table]} LIMIT 0").description
        return [column[0] for column in described if column[0] != "n"]

    def scalar(self, query: str) -> Any:
        """The one value that a query gives.

        Raises:
            LedgerError: The file is damaged.
        """
        return next(self.select(query))[0]

    def select(self, query: str, values: Sequence[Any] = ()) -> Iterator[sqlite3.Row]:
        """Rows of a query.

        Raises:
            LedgerError: The file is damaged.
        """
        try:
            # Not ``yield from``: it would close the cursor, after its connection, where a reader
            # of stdout has gone.
            for row in self.connection.execute(query, values):  # noqa: UP028
                yield row
        except sqlite3.DatabaseError as error:
            raise unreadable(self.path, error) from None


def _backwards(key: str) -> str:
    return ", ".join(f"{part} DESC" for part in key.split(", "))


def _plain(table: str, row: sqlite3.Row) -> dict[str, Any]:
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
