"""The coils of a ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from edge.core.errors import MissingPathError
from edge.core.inspection import iso_time
from edge.ledger.query import LedgerReader
from edge.ledger.tables import Filter

_LAST = 10
"""Names that are given where one is not found."""


@dataclass(frozen=True, slots=True)
class FoundCoil:
    """Where a coil is in the ledger, and when it was inspected.

    Attributes:
        run: Its run.
        n: Its number in that run.
        times: How many times a coil of its name was inspected.
        began: In seconds since 1970 (UTC).
        ended: In seconds since 1970 (UTC); None where it lies under the camera.
        action: The worst that was decided about it; empty without rules.
        camera: What it was inspected with.
        bundle: What it was judged by.
        trust: Why that bundle may run; empty where an older millsight did not say.
        classes: Names of the classes that it knows, in its order; likewise.
        begin_mm: Millimetre of the run at which it begins.
        width_mm: Width of what the camera saw; None where it is not known.
        cut_off: Whether its run ended by power failure or a kill.
    """

    run: int
    n: int
    times: int
    began: float
    ended: float | None
    action: str
    camera: str
    bundle: str
    trust: str
    classes: tuple[str, ...]
    begin_mm: float
    width_mm: float | None
    cut_off: bool

    def as_json(self) -> dict[str, Any]:
        """Plain values for JSON, with the keys that docs/json.md documents."""
        return {
            "run": self.run,
            "camera": self.camera,
            "bundle": self.bundle,
            "bundle_trust": self.trust or None,
            "begin_mm": round(self.begin_mm, 3),
            "width_mm": self.width_mm,
            "began": iso_time(self.began),
            "ended": iso_time(self.ended) if self.ended else None,
            "cut_off": self.cut_off,
            "action": self.action or None,
        }


def find_coil(reader: LedgerReader, name: str) -> FoundCoil:
    """The coil of a name, inspected last.

    Raises:
        MissingPathError: There is none.
        LedgerError: The ledger is damaged.
    """
    found = list(
        reader.select(
            "SELECT c.*, r.camera, r.bundle, r.bundle_trust, r.classes, r.cut_off FROM coils AS c "
            "JOIN runs AS r ON r.run = c.run WHERE c.name = ? ORDER BY c.run, c.n",
            (name,),
        )
    )
    if not found:
        last = [
            row[0]
            for row in reader.select(
                "SELECT DISTINCT name FROM coils ORDER BY run DESC, n DESC LIMIT ?", (_LAST,)
            )
        ]
        hint = f"The last were: {', '.join(last)}" if last else "It knows no coil at all"
        raise MissingPathError(f"{reader.path} knows no coil {name!r}", hint)
    row = found[-1]
    return FoundCoil(
        row["run"],
        row["n"],
        len(found),
        row["began"],
        row["ended"],
        row["action"],
        row["camera"],
        row["bundle"],
        row["bundle_trust"],
        tuple(json.loads(row["classes"])),
        row["begin_mm"],
        row["width_mm"],
        bool(row["cut_off"]),
    )


def list_coils(reader: LedgerReader, wanted: Filter) -> list[dict[str, Any]]:
    """Coils with their millimetres that passed and were inspected, and their number of defects."""
    condition, values = wanted.where("coils")
    query = (
        "SELECT t.*, (SELECT count(*) FROM defects AS d WHERE d.run = t.run AND d.coil = t.n) "
        "AS defects, s.passed_mm, s.inspected_mm FROM coils AS t LEFT JOIN (SELECT run, coil, "
        "sum(length_mm) AS passed_mm, sum(length_mm * (level != 'uninspected')) AS inspected_mm "
        "FROM stretches GROUP BY run, coil) AS s ON s.run = t.run AND s.coil = t.n "
        f"WHERE {condition} ORDER BY t.run, t.n"
    )
    return [
        {
            "run": row["run"],
            "coil": row["name"],
            "began": iso_time(row["began"]),
            "ended": iso_time(row["ended"]) if row["ended"] else None,
            "passed_mm": round(row["passed_mm"] or 0.0, 3),
            "inspected_mm": round(row["inspected_mm"] or 0.0, 3),
            "defects": row["defects"],
            "action": row["action"] or None,
        }
        for row in reader.select(query, values)
    ]
