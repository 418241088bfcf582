"""What a camera gave, with its place in the run: order, position, deadline."""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge.core.clock import Clock
from edge.core.coverage import Gap
from edge.core.frame import (
    Absence,
    BadFrame,
    Frame,
)
from edge.core.inspection import Cause
from edge.position.base import FramePlace, Item


@dataclass(frozen=True, slots=True)
class Captured:
    """One frame, bad frame or absence.

    Attributes:
        order: Counts what was captured, from 0, without gaps.
        item: What the camera gave, placed on the coil and in time.
        place: Where it lies, and what passed before it.
        deadline_s: Time that its verdict may take; 0 where it needs none.
        due_at: ``Clock.now()`` at which that has passed; infinite where the camera waits.
    """

    order: int
    item: Item
    place: FramePlace
    deadline_s: float
    due_at: float

    @property
    def has_pixels(self) -> bool:
        """Whether there is something to inspect."""
        return isinstance(self.item, Frame)

    def without_pixels(self, cause: Cause) -> Captured:
        """The same where it lies, its pixels given up."""
        item = self.item
        if not isinstance(item, Frame):
            return self
        bad = BadFrame(
            item.number,
            item.taken_at,
            item.source,
            cause,
            lines=item.pixels.shape[0],
            encoder=item.encoder,
            position_mm=item.position_mm,
            length_mm=item.length_mm,
            at=item.at,
        )
        return replace(self, item=bad)

    def retimed(self, clock: Clock) -> Captured:
        """The same as if it were taken now: a camera that waits has read ahead."""
        return replace(self, item=replace(self.item, taken_at=clock.now(), at=clock.wall()))

    def gap(self) -> Gap | None:
        """The strip that passed before it without a frame; None where there is none."""
        place = self.place
        if place.missing_mm <= 0.0:
            return None
        cause = Cause.CAMERA_LOST if place.lost else Cause.DROPPED
        if isinstance(self.item, Absence):
            cause = Cause(self.item.cause)
        begin_mm = place.position_mm - place.missing_mm
        return Gap(begin_mm, place.missing_mm, cause, place.missing, self.item.at)
