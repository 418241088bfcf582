"""The queue of records for the outputs, in the order of capture, and its limits.

With a live camera the line must not wait for a slow sink, and memory must not grow. If a sink is
stuck, the queue drops in this order:

1. The pixels of clean frames, then those of defective frames, oldest first. Their inspections stay;
   only their pictures are lost.
2. Whole records, once ``BACKLOG`` records wait, until half of the backlog is written. Dropped
   records are still counted in the run's figures. Once there is room again, one ``storage`` event
   reports them to all sinks.

A camera that is not live waits instead (``full``), and nothing is dropped.

An example with ``pixels`` = 3 and ``backlog`` = 4: a sink is stuck on frame 0, and frame 1 is
defective.

===== ============== =========== ===========================================
frame waiting        with pixels dropped
===== ============== =========== ===========================================
1     1              0 1
2     1 2            0 1 2
3     1 2 3          1 2 3       pixels of 0, which is clean and the oldest
4     1 2 3 4        1 3 4       pixels of 2: 1 is older, but defective
5     1 2 3 4        1 3 4       record 5, because 4 wait
6     1 2 3 4        1 3 4       record 6, because half of 4 or more wait
===== ============== =========== ===========================================

Then the sink continues and writes 0 to 3. When frame 7 comes, only frame 4 waits: an event reports
that two frames were not written, and 4, the event and 7 wait.
"""

from __future__ import annotations

import itertools
from collections import deque

from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.events import Event, Tell
from edge.core.run_figures import RunFigures
from edge.line.dropped import DroppedRecords
from edge.line.reorder_buffer import FinalRecord, ReorderBuffer

BACKLOG = 4096
"""Records that may wait for the sinks: 52 s of a line with 78 frames a second."""


class RecordQueue:
    """Numbers and counts records, and keeps them in order until they are written.

    Args:
        figures: What is final is counted there at once, whatever the sinks do.
        hear: Told of the events that come up here, from any thread; the sinks are told besides.
        waits: Whether the camera waits, so that nothing is given up.
        pixels: Records that may hold pixels.
        backlog: Records that may wait for the sinks.
        clock: Tells the time.

    Attributes:
        unwritten: Frames that were inspected and counted, and never given to the sinks.
    """

    def __init__(
        self,
        figures: RunFigures,
        *,
        hear: Tell,
        waits: bool = False,
        pixels: int = 64,
        backlog: int = BACKLOG,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._figures = figures
        self._hear = hear
        self._waits = waits
        self._limit = backlog
        self._clock = clock
        self._orders = itertools.count()
        self._buffer = ReorderBuffer(pixels)
        self._backlog: deque[FinalRecord | Event] = deque()
        self._dropped = DroppedRecords(clock)
        self._dropping = False
        self.unwritten = 0
        self._changed = clock.condition()
        self._closed = False

    def __len__(self) -> int:
        """Number of records and events that the sinks have not received."""
        return len(self._backlog)

    @property
    def full(self) -> bool:
        """Whether a camera that is not live must wait because too much is unwritten."""
        return self._buffer.full or len(self._backlog) >= self._limit

    def next_order(self) -> int:
        """The next number in the order of all records. Thread-safe."""
        return next(self._orders)

    def begin_coil(self, name: str) -> None:
        """Record that a coil begins before the next numbered record; "" ends the current coil.

        Thread-safe.
        """
        self.put(FinalRecord(self.next_order(), coil=name))

    def put(self, record: FinalRecord) -> None:
        """Add a record, in any order. Thread-safe; never waits for a sink."""
        with self._changed:
            for ready in self._buffer.add(record):
                self._figures.add_gap(ready.gap, ready.missing)
                if ready.inspection is not None:
                    self._figures.add(ready.inspection)
                self._queue(ready)
            if not self._waits and self._buffer.make_room():
                self._dropped.add_picture()
            self._changed.notify_all()

    def tell(self, event: Event) -> None:
        """Add an event for the sinks, after the records that are final so far. Thread-safe."""
        with self._changed:
            self._backlog.append(event)
            self._changed.notify_all()

    def next(self, until: float) -> FinalRecord | Event | None:
        """The next entry to write; waits for it.

        None if nothing came before ``until`` (by ``Clock.now()``), or if the queue is closed.
        """
        with self._changed:
            if not self._backlog and not self._closed:
                self._changed.wait(timeout=max(0.0, until - self._clock.now()))
            return self._backlog.popleft() if self._backlog else None

    def forget(self, record: FinalRecord) -> None:
        """Release the pixels of a record that has been written."""
        with self._changed:
            self._buffer.forget(record)
            self._changed.notify_all()

    def close(self) -> None:
        """Close the queue: no more records come."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def ended(self) -> bool:
        """Whether it is closed and empty."""
        with self._changed:
            return self._closed and not self._backlog

    def discard(self) -> None:
        """Discard all entries until the queue is closed, because a sink has failed."""
        with self._changed:
            while not self._closed:
                self._backlog.clear()
                self._changed.wait()
            self._backlog.clear()

    def events_left(self) -> list[Event]:
        """Events that were told after everything else was written; they are given once."""
        with self._changed:
            left = [entry for entry in self._backlog if isinstance(entry, Event)]
            self._backlog.clear()
            return left

    def last_event(self) -> Event | None:
        """The event about drops that were not reported yet; call it after the last record."""
        with self._changed:
            return self._tell_dropped() if self._dropped else None

    def _queue(self, record: FinalRecord) -> None:
        waiting = len(self._backlog)
        if not self._waits and record.coil is None:
            self._dropping = waiting >= (self._limit // 2 if self._dropping else self._limit)
            if self._dropping:
                self._dropped.add(record)
                self.unwritten += record.inspection is not None
                self._buffer.forget(record)
                return
        if self._dropped and waiting <= self._limit // 2 and not self._buffer.full:
            self._backlog.append(self._tell_dropped())
        self._backlog.append(record)

    def _tell_dropped(self) -> Event:
        event, self._dropped = self._dropped.event(), DroppedRecords(self._clock)
        self._hear(event)
        return event
