"""Puts what becomes final at different times back into the order in which it was captured."""

from __future__ import annotations

from dataclasses import dataclass

from edge.core.coverage import Gap
from edge.core.frame import Frame
from edge.core.inspection import Inspection


@dataclass(slots=True, eq=False)
class FinalRecord:
    """What the recorder writes of one thing captured, at its final level.

    Attributes:
        order: ``Captured.order``.
        inspection: Of a frame; None of an absence or a command.
        frame: Its pixels, as long as there is room for them; None where there are none.
        gap: Strip that passed before it without a frame.
        missing: Frames that the camera never gave before it.
        coil: A command: the name of the coil that begins here, or "" for the end of one.
    """

    order: int
    inspection: Inspection | None = None
    frame: Frame | None = None
    gap: Gap | None = None
    missing: int = 0
    coil: str | None = None


class ReorderBuffer:
    """Holds back what is final until all that was captured before it is. Not thread-safe.

    Args:
        pixels: Records that may hold pixels at once, those given out and not yet ``forgotten``
            among them.
    """

    def __init__(self, pixels: int) -> None:
        self._pixels = pixels
        self._next = 0
        self._ahead: dict[int, FinalRecord] = {}
        self._holding: list[FinalRecord] = []

    def add(self, record: FinalRecord) -> list[FinalRecord]:
        """The records that are now whole up to where one is missing, in order."""
        self._ahead[record.order] = record
        if record.frame is not None:
            self._holding.append(record)
        ready = []
        while (following := self._ahead.pop(self._next, None)) is not None:
            ready.append(following)
            self._next += 1
        return ready

    def forget(self, record: FinalRecord) -> None:
        """The record has been written."""
        if record in self._holding:
            self._holding.remove(record)

    @property
    def full(self) -> bool:
        """Whether as many records hold pixels as may."""
        return len(self._holding) >= self._pixels

    def make_room(self) -> bool:
        """Let the pixels of one record go where too many hold some: clean ones first, then oldest.

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
