"""Restores the order of capture for records that become final at different times."""

from __future__ import annotations

from dataclasses import dataclass

from edge.core.coverage import Gap
from edge.core.frame import Frame
from edge.core.inspection import Inspection


@dataclass(slots=True, eq=False)
class FinalRecord:
    """The final record of one captured item, or a coil command.

    Attributes:
        order: ``Captured.order``.
        inspection: Inspection of a frame; None for an absence or a command.
        frame: The frame with its pixels, as long as there is room for them; else None.
        gap: Strip that passed before it without a frame.
        missing: Number of frames lost before it.
        coil: A command: the name of the coil that begins here, or "" for the end of a coil.
    """

    order: int
    inspection: Inspection | None = None
    frame: Frame | None = None
    gap: Gap | None = None
    missing: int = 0
    coil: str | None = None


class ReorderBuffer:
    """Holds a record back until all records before it have come. Not thread-safe.

    Args:
        pixels: Most records that hold pixels at once, including those that ``add`` returned and
            ``forget`` has not released yet.
    """

    def __init__(self, pixels: int) -> None:
        self._pixels = pixels
        self._next = 0
        self._ahead: dict[int, FinalRecord] = {}
        self._holding: list[FinalRecord] = []

    def add(self, record: FinalRecord) -> list[FinalRecord]:
        """Add a record; return the records that are now complete, in order.

        >>> buffer = ReorderBuffer(pixels=8)
        >>> [[r.order for r in buffer.add(FinalRecord(order))] for order in (1, 2, 0, 4)]
        [[], [], [0, 1, 2], []]
        """
        self._ahead[record.order] = record
        if record.frame is not None:
            self._holding.append(record)
        ready = []
        while (following := self._ahead.pop(self._next, None)) is not None:
            ready.append(following)
            self._next += 1
        return ready

    def forget(self, record: FinalRecord) -> None:
        """Release the pixels of a record that has been written."""
        if record in self._holding:
            self._holding.remove(record)

    @property
    def full(self) -> bool:
        """Whether the limit of records with pixels is reached."""
        return len(self._holding) >= self._pixels

    def make_room(self) -> bool:
        """If too many records hold pixels, drop those of one: the oldest clean, else the oldest.

        Returns:
            Whether a defective frame lost its pixels.
        """
        if len(self._holding) <= self._pixels:
            return False
        victim = next((r for r in self._holding if not _defective(r)), self._holding[0])
        victim.frame = None
        self._holding.remove(victim)
        return _defective(victim)


def _defective(record: FinalRecord) -> bool:
    return record.inspection is not None and record.inspection.defective
