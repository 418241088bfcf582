"""What a camera gave, with its place in the run: order, position, time."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from edge.core.coverage import Gap
from edge.core.frame import (
    Absence,
    BadFrame,
    Frame,
)
from edge.core.inspection import Cause, Inspection
from edge.position.base import FramePlace, Item


@dataclass(frozen=True, slots=True)
class Captured:
    """One frame, bad frame or absence.

    Attributes:
        order: Counts what was taken, from 0, without gaps.
        item: What the camera gave.
        place: Where it lies.
        deadline_s: Time that its verdict may take; 0 where it needs none.
        due_at: ``time.monotonic()`` at which that has passed; infinite where the camera waits.
        at: When its last line was taken, in seconds since 1970 (UTC).
    """

    order: int
    item: Item
    place: FramePlace
    deadline_s: float
    due_at: float
    at: float

    @property
    def waits(self) -> bool:
        """Whether it has pixels that wait for a verdict."""
        return isinstance(self.item, Frame)

    def given_up(self, cause: Cause) -> Captured:
        """The same without its pixels."""
        item = self.item
        if not isinstance(item, Frame):
            return self
        lines = item.pixels.shape[0]
        bad = BadFrame(
            item.number, item.taken_at, item.source, cause, lines=lines, encoder=item.encoder
        )
        return replace(self, item=bad)

    def now(self) -> Captured:
        """The same as if it were taken now: a camera that waits has read ahead."""
        return replace(self, item=replace(self.item, taken_at=time.monotonic()), at=time.time())

    def placed(self, inspection: Inspection) -> Inspection:
        """An inspection of it, with place and time."""
        return replace(
            inspection,
            position_mm=self.place.position_mm,
            length_mm=self.place.length_mm,
            at=self.at,
        )

    def gap(self) -> Gap | None:
        """The strip that passed before it without a frame; None where there is none."""
        place = self.place
        if place.missing_mm <= 0.0:
            return None
        cause = Cause.CAMERA_LOST if place.lost else Cause.DROPPED
        if isinstance(self.item, Absence):
            cause = Cause(self.item.cause)
        begin_mm = place.position_mm - place.missing_mm
        return Gap(begin_mm, place.missing_mm, cause, place.missing, self.at)
