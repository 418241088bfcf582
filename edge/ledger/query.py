"""Reading a ledger, also while a run writes it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from edge.coil.stretch import Stretch
from edge.core.coil_defect import CoilDefect, Piece
from edge.core.inspection import Cause, Level
from edge.ledger.database import open_to_read, unreadable
from edge.ledger.tables import JOIN_COIL, QUERIES, Filter, plain_row


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
        keys = ("t.run",) if table == "runs" else ("t.run", "t.n")
        chosen = f"{QUERIES[table]} WHERE {condition} ORDER BY "
        query = chosen + ", ".join(keys)
        if newest is not None:
            backwards = chosen + ", ".join(f"{key} DESC" for key in keys)
            query = f"SELECT * FROM ({backwards} LIMIT ?) ORDER BY run, n"
            values = [*values, newest]
        for row in self.select(query, values):
            yield plain_row(row)

    def pieces(self, wanted: Filter | None = None) -> Iterator[dict[str, Any]]:
        """Pieces of the defects that are wanted, by frame: class, frame, box, mask, picture."""
        condition, values = (wanted or Filter()).where("defects")
        query = (
            "SELECT p.*, t.class, t.number, t.action, c.name AS coil FROM pieces AS p "
            f"JOIN defects AS t ON t.run = p.run AND t.n = p.defect {JOIN_COIL} "
            f"WHERE {condition} ORDER BY p.run, p.frame, p.source, p.defect, p.n"
        )
        for row in self.select(query, values):
            yield {**dict(row), "mask": row["mask"] and json.loads(row["mask"])}

    def coil_defects(self, run: int, coil: int) -> list[CoilDefect]:
        """Defects of a coil, by its run and its number in that."""
        query = (
            f"SELECT t.*, c.name FROM defects AS t {JOIN_COIL} WHERE t.run = ? AND t.coil = ? "
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
        described = self.connection.execute(f"{QUERIES[table]} LIMIT 0").description
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
