"""Rows of coils: begun by an event or by the first strip that lies on one."""

from __future__ import annotations

from dataclasses import dataclass

from edge.coil.disposition import severity
from edge.ledger.pending_rows import PendingRows, Row

_KEPT = 4
"""Coils whose last defects may still come."""


@dataclass(slots=True)
class OpenCoil:
    """A coil.

    Attributes:
        n: Number of the coil in the run.
        name: Its name.
        began: In seconds since 1970 (UTC).
        begin_mm: Millimetre where it begins.
        end_mm: Millimetre up to which it is known.
        ended: In seconds since 1970 (UTC); None while it lies under the camera.
        action: The worst that was decided about it; empty without rules.
        width_mm: Width of what the camera saw of it; None where no frame was kept so long.
    """

    n: int
    name: str
    began: float
    begin_mm: float
    end_mm: float
    ended: float | None = None
    action: str = ""
    width_mm: float | None = None

    def row(self) -> Row:
        """As it stands."""
        values = (self.n, self.name, self.began, self.ended, self.begin_mm, self.end_mm)
        return "coils", (*values, self.action, self.width_mm)


class Coils:
    """Numbers the coils of a run and keeps their rows.

    Args:
        rows: Where the rows of coils that have ended go.

    Attributes:
        here: The coil under the camera; None where none is known.
    """

    def __init__(self, rows: PendingRows) -> None:
        self._rows = rows
        self._known: dict[str, OpenCoil] = {}
        self._count = 0
        self.here: OpenCoil | None = None

    def begin(self, name: str, position_mm: float, at: float) -> None:
        """A coil begins; the one before it ends. Without a name there is none from here on."""
        self.end(at)
        if not name:
            return
        self._count += 1
        self.here = OpenCoil(self._count, name, at, position_mm, position_mm)
        self._known.pop(name, None)
        self._known[name] = self.here
        if len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]

    def end(self, at: float) -> None:
        """The coil under the camera ends, if there is one."""
        if self.here is not None:
            self.here.ended = at
            self._rows.add(self.here.row())
            self.here = None

    def on(self, name: str, position_mm: float, length_mm: float, at: float) -> int | None:
        """Number of the coil that strip lies on, begun where no event has; None without a name."""
        if name != (self.here.name if self.here else ""):
            self.begin(name, position_mm, at)
        if self.here is None:
            return None
        self.here.end_mm = max(self.here.end_mm, position_mm + length_mm)
        return self.here.n

    def see(self, width_mm: float) -> None:
        """Frames of the coil under the camera are so wide."""
        if self.here is not None:
            self.here.width_mm = width_mm

    def decide(self, name: str, action: str) -> int | None:
        """Take a decision about strip or a defect of a coil; the worst is the coil's.

        Returns:
            Number of the coil; None where it is not known.
        """
        coil = self._known.get(name)
        if coil is None:
            return None
        worst = max(coil.action, action, key=severity)
        if worst != coil.action:
            coil.action = worst
            if coil is not self.here:
                self._rows.add(coil.row())
        return coil.n
