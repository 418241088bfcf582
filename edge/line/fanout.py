"""Passes records to the coil tracker and then to the sinks, all in one thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from edge.coil.tracker import CoilChanges, CoilTracker
from edge.core.coverage import Gap
from edge.core.errors import MillsightError
from edge.core.events import Event, EventKind, Tell
from edge.core.inspection import Inspection
from edge.core.sink import Sink
from edge.line.reorder_buffer import FinalRecord

_NONE = CoilChanges([], [])


class Fanout:
    """Sends frames, gaps, defects and events to the sinks, each with its coil.

    The beginning of a coil is sent before its first frame, a frame before the defects that end with
    it, and these defects before the end of their coil.

    Args:
        sinks: The outputs.
        hear: Called with the events that occur here.
        tracker: Joins defects and names coils; None does neither.
    """

    def __init__(
        self,
        sinks: Sequence[Sink],
        *,
        hear: Tell,
        tracker: CoilTracker | None = None,
    ) -> None:
        self._sinks = list(sinks)
        self._hear = hear
        self._tracker = tracker
        self._end_mm = 0.0

    def write(self, record: FinalRecord) -> None:
        """Write one record, or carry out its coil command."""
        if record.coil is not None:
            self._change_coil(record.coil)
        if record.gap is not None:
            self._write_gap(record.gap)
        if record.inspection is not None:
            self._write_inspection(record.inspection, record)

    def tell(self, event: Event) -> None:
        """Send an event from another part of the line to the sinks."""
        if self._tracker is not None and not event.coil:
            event = replace(event, coil=self._tracker.coil)
        for sink in self._sinks:
            sink.tell(event)

    def tick(self) -> None:
        """Let sinks do their periodic work."""
        for sink in self._sinks:
            sink.tick()

    def finish(self) -> None:
        """End the current coil."""
        if self._tracker is not None:
            self._tell_of(self._tracker.end())
        self.tick()

    def close(self, told: Callable[[], Sequence[Event]] = tuple) -> None:
        """Close every sink, the last first, and then raise what the first that failed has raised.

        What a broker acknowledges while it is closed is still to be kept by the ledger before it.

        Args:
            told: Gives the events that were told since it was called last: what a sink tells of
                when it is closed, those hear that are still open.
        """
        faults: list[Exception] = []
        while self._sinks:
            sink = self._sinks.pop()
            try:
                sink.close()
            except Exception as error:
                faults.append(error)
                if len(faults) > 1:
                    # One is raised; the others would be lost.
                    self._hear_last(Event(EventKind.STORAGE, f"at the end of the run: {error}"))
            for event in told():
                self._tell_open(event)
        if faults:
            raise faults[0]

    def _hear_last(self, event: Event) -> None:
        self._hear(event)
        self._tell_open(event)

    def _tell_open(self, event: Event) -> None:
        for sink in self._sinks:
            # A disk that is full fails again; what matters is told by the others.
            with suppress(MillsightError):
                sink.tell(event)

    def _write_inspection(self, inspection: Inspection, record: FinalRecord) -> None:
        frame, tracker = record.frame, self._tracker
        self._end_mm = inspection.position_mm + inspection.length_mm
        changes = _NONE
        if tracker is not None:
            changes = tracker.add(inspection, None if frame is None else len(frame.pixels))
            began = [event for event in changes.events if event.kind is EventKind.COIL_BEGAN]
            self._tell_of(CoilChanges([], began))
            inspection = replace(inspection, coil=tracker.coil, action=tracker.action)
        for sink in self._sinks:
            sink.write(inspection, frame)
        rest = [event for event in changes.events if event.kind is not EventKind.COIL_BEGAN]
        self._tell_of(CoilChanges(changes.defects, rest))

    def _write_gap(self, gap: Gap) -> None:
        self._end_mm = gap.position_mm + gap.length_mm
        changes = _NONE
        if self._tracker is not None:
            changes = self._tracker.add_gap(gap)
            gap = replace(gap, coil=self._tracker.coil)
        for sink in self._sinks:
            sink.gap(gap)
        self._tell_of(changes)

    def _change_coil(self, name: str) -> None:
        if self._tracker is not None:
            tracker = self._tracker
            self._tell_of(tracker.begin(name, self._end_mm) if name else tracker.end())

    def _tell_of(self, changes: CoilChanges) -> None:
        for defect in changes.defects:
            for sink in self._sinks:
                sink.defect(defect)
        for event in changes.events:
            self._hear(event)
            self.tell(event)
