"""Gives what was recorded to the coil tracker and then to the sinks, all in one thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from edge.core.coverage import Gap
from edge.core.events import Event, EventKind
from edge.core.inspection import Inspection
from edge.core.sink import Sink
from edge.line.reorder_buffer import SettledRecord

if TYPE_CHECKING:
    from edge.coil.tracker import CoilTracker
    from edge.core.coil_defect import CoilDefect


class Fanout:
    """Tells sinks of frames, gaps, defects and events, each with its coil.

    A coil's beginning is told before its first frame, a frame before the defects that end with it,
    and those before the end of their coil.

    Args:
        sinks: Where it all goes.
        hear: Told of the events that come up here.
        tracker: Joins defects and names coils; None leaves frames as they are.
    """

    def __init__(
        self,
        sinks: Sequence[Sink],
        *,
        hear: Callable[[Event], None],
        tracker: CoilTracker | None = None,
    ) -> None:
        self._sinks = sinks
        self._hear = hear
        self._tracker = tracker
        self._end_mm = 0.0

    def write(self, record: SettledRecord) -> None:
        """Write what is known of one thing taken, or carry out a command about coils."""
        if record.coil is not None:
            self._change_coil(record.coil)
        if record.gap is not None:
            self._write_gap(record.gap)
        if record.inspection is not None:
            self._write_inspection(record.inspection, record)

    def tell(self, event: Event) -> None:
        """Tell of an event that was heard of elsewhere."""
        if self._tracker is not None and not event.coil:
            event = replace(event, coil=self._tracker.coil)
        for sink in self._sinks:
            sink.tell(event)

    def tick(self) -> None:
        """Let sinks do what is due by the clock."""
        for sink in self._sinks:
            sink.tick()
            self._spread(sink.news())

    def finish(self) -> None:
        """End the coil that runs."""
        if self._tracker is not None:
            self._end(self._tracker.end(), self._tracker.news())
        self.tick()

    def close(self) -> None:
        """Close every sink, the last first, and then raise what the first that failed has raised.

        What a broker acknowledges while it is closed is still to be kept by the ledger before it.
        """
        faults: list[Exception] = []
        for sink in reversed(self._sinks):
            try:
                sink.close()
            except Exception as error:
                faults.append(error)
        if faults:
            raise faults[0]

    def _write_inspection(self, inspection: Inspection, record: SettledRecord) -> None:
        frame, tracker = record.frame, self._tracker
        self._end_mm = inspection.position_mm + inspection.length_mm
        ended: list[CoilDefect] = []
        news: list[Event] = []
        if tracker is not None:
            ended = tracker.add(inspection, None if frame is None else len(frame.pixels))
            news = tracker.news()
            self._spread([event for event in news if event.kind is EventKind.COIL_BEGAN])
            inspection = replace(inspection, coil=tracker.coil, action=tracker.action)
        for sink in self._sinks:
            sink.write(inspection, frame)
        self._end(ended, [event for event in news if event.kind is not EventKind.COIL_BEGAN])

    def _write_gap(self, gap: Gap) -> None:
        self._end_mm = gap.position_mm + gap.length_mm
        ended: list[CoilDefect] = []
        news: list[Event] = []
        if self._tracker is not None:
            ended, news = self._tracker.add_gap(gap), self._tracker.news()
            gap = replace(gap, coil=self._tracker.coil)
        for sink in self._sinks:
            sink.gap(gap)
        self._end(ended, news)

    def _change_coil(self, name: str) -> None:
        if self._tracker is not None:
            ended = self._tracker.begin(name, self._end_mm) if name else self._tracker.end()
            self._end(ended, self._tracker.news())

    def _end(self, ended: Sequence[CoilDefect], news: Sequence[Event]) -> None:
        for defect in ended:
            for sink in self._sinks:
                sink.defect(defect)
        self._spread(news)

    def _spread(self, events: Sequence[Event]) -> None:
        for event in events:
            self._hear(event)
            self.tell(event)
