"""Counts records that were not written because the outputs were too slow."""

from __future__ import annotations

from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.events import Event, EventKind
from edge.line.reorder_buffer import FinalRecord


class DroppedRecords:
    """Sums of the records that the sinks did not receive; true if there are any."""

    def __init__(self, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        self._frames = self._defective = self._pictures = 0
        self._mm = 0.0
        self._begin_mm: float | None = None
        self._since: float | None = None

    def __bool__(self) -> bool:
        return self._since is not None

    def add(self, record: FinalRecord) -> None:
        """Count a record that is not written."""
        self._begin()
        first = record.gap or record.inspection
        if self._begin_mm is None and first is not None:
            self._begin_mm = first.position_mm
        if record.gap is not None:
            self._mm += record.gap.length_mm
        if record.inspection is not None:
            self._frames += 1
            self._defective += record.inspection.defective
            self._mm += record.inspection.length_mm

    def add_picture(self) -> None:
        """Count a defective frame that is written without its pixels."""
        self._begin()
        self._pictures += 1

    def event(self) -> Event:
        """The event to send once there is room again."""
        held_s = 0.0 if self._since is None else self._clock.now() - self._since
        text = (
            f"Outputs held up the recording for {held_s:.0f} s: {self._frames} frames "
            f"({self._mm / 1000.0:.1f} m, {self._defective} of them defective) were inspected and "
            f"counted but not written, and {self._pictures} defective frames were written without "
            "a picture. Check the disk and the network of the outputs"
        )
        return Event(EventKind.STORAGE, text, self._clock.wall(), self._begin_mm)

    def _begin(self) -> None:
        if self._since is None:
            self._since = self._clock.now()
