"""An item from the camera with its order, position and deadline."""

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
        order: Running number of everything that is recorded, from 0, without gaps.
        item: The item, with position and time set.
        place: Its place on the coil, and the strip that passed before it.
        deadline_s: Seconds allowed for its verdict; 0 if it needs none.
        due_at: Deadline of the verdict by ``Clock.now()``; infinite if the camera is not live.
    """

    order: int
    item: Item
    place: FramePlace
    deadline_s: float
    due_at: float

    @property
    def has_pixels(self) -> bool:
        """Whether it is a frame that can be inspected."""
        return isinstance(self.item, Frame)

    def without_pixels(self, cause: Cause) -> Captured:
        """A copy as a bad frame with this cause: same place, no pixels."""
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
        """A copy with the current time. It is for cameras that are not live: they read ahead."""
        return replace(self, item=replace(self.item, taken_at=clock.now(), at=clock.wall()))

    def gap(self) -> Gap | None:
        """The strip that passed before it without a frame; None if there is no gap."""
        place = self.place
        if place.missing_mm <= 0.0:
            return None
        cause = Cause.CAMERA_LOST if place.lost else Cause.DROPPED
        if isinstance(self.item, Absence):
            cause = Cause(self.item.cause)
        begin_mm = place.position_mm - place.missing_mm
        return Gap(begin_mm, place.missing_mm, cause, place.missing, self.item.at)
