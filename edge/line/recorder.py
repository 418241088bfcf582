"""Records what was settled in a thread of its own: a slow disk never holds up a verdict.

Beside a live camera nothing here may wait and nothing may grow. A sink that is stuck costs, in this
order: the pixels of clean frames that wait to be written, then those of defective ones, oldest
first (their inspections stay, a picture of them does not); when ``BACKLOG`` records wait, what
comes next is not written at all. That is counted, coverage and defects included, and told to all
sinks as one ``storage`` event once half of the backlog is written. A camera that waits is made to
wait instead, and nothing is given up.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread

from edge.core.errors import UnwritableError
from edge.core.events import Event
from edge.core.run_figures import RunFigures
from edge.line.dropped import DroppedRecords
from edge.line.fanout import Fanout
from edge.line.reorder_buffer import ReorderBuffer, SettledRecord

BACKLOG = 4096
"""Records that may wait for the sinks: 52 s of a line with 78 frames a second."""

_TICK_S = 0.25
_PATIENCE_S = 30.0
"""At the end of a run sinks that write nothing for so long are waited for no more."""


class Recorder:
    """Counts records in the order taken, and gives them to the writer.

    Args:
        writer: All its methods are called in the recorder's thread.
        figures: What is settled is counted there at once, whatever the sinks do.
        hear: Told of events that come up here; from any thread.
        waits: Whether the camera waits, so that nothing is given up.
        pixels: Records that may hold pixels.
        backlog: Records that may wait for the sinks.
    """

    def __init__(
        self,
        writer: Fanout,
        figures: RunFigures,
        *,
        hear: Callable[[Event], None],
        waits: bool = False,
        pixels: int = 64,
        backlog: int = BACKLOG,
    ) -> None:
        self._writer = writer
        self._figures = figures
        self._hear = hear
        self._waits = waits
        self._limit = backlog
        self._settling = ReorderBuffer(pixels)
        self._backlog: deque[SettledRecord | Event] = deque()
        self._left_out = DroppedRecords()
        self._leaving_out = False
        self._changed = Condition()
        self._closing = False
        self._written = 0
        self._fault: Exception | None = None
        self._raised = False
        self._thread = Thread(target=self._run, name="recorder", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def put(self, record: SettledRecord) -> None:
        """Take one record, in any order. From any thread; never waits for a sink."""
        with self._changed:
            for ready in self._settling.add(record):
                self._figures.add_gap(ready.gap, ready.missing)
                if ready.inspection is not None:
                    self._figures.add(ready.inspection)
                self._queue(ready)
            if not self._waits and self._settling.make_room():
                self._left_out.add_picture()
            self._changed.notify_all()

    def tell(self, event: Event) -> None:
        """Tell the sinks of an event, after what is settled so far. From any thread."""
        with self._changed:
            self._backlog.append(event)
            self._changed.notify_all()

    @property
    def full(self) -> bool:
        """Whether a camera that waits should: so much is still to be written."""
        return self._settling.full or len(self._backlog) >= self._limit

    @property
    def waiting(self) -> int:
        """Records that the sinks have not been told of."""
        return len(self._backlog)

    def check(self) -> None:
        """Raise what a sink has raised, once."""
        if self._fault is not None and not self._raised:
            self._raised = True
            raise self._fault

    def close(self) -> None:
        """Write what is left and close the sinks.

        Raises:
            UnwritableError: A sink has been stuck for half a minute.
        """
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        seen, patient_until = -1, 0.0
        while self._thread.is_alive():
            if seen != self._written:
                seen, patient_until = self._written, time.monotonic() + _PATIENCE_S
            if time.monotonic() > patient_until:
                raise UnwritableError(
                    f"an output has been stuck for {_PATIENCE_S:.0f} s; the last "
                    f"{len(self._backlog) + 1} records are not written",
                    "Check the disk and the network that outputs go to",
                )
            self._thread.join(timeout=0.05)
        self.check()

    def _queue(self, record: SettledRecord) -> None:
        waiting = len(self._backlog)
        if not self._waits and record.coil is None:
            self._leaving_out = waiting >= (self._limit // 2 if self._leaving_out else self._limit)
            if self._leaving_out:
                self._left_out.add(record)
                self._settling.forget(record)
                return
        if self._left_out and waiting <= self._limit // 2 and not self._settling.full:
            self._own_up(self._backlog.append)
        self._backlog.append(record)

    def _own_up(self, tell: Callable[[Event], None]) -> None:
        event, self._left_out = self._left_out.event(), DroppedRecords()
        self._hear(event)
        tell(event)

    def _run(self) -> None:
        try:
            self._write_all()
        except Exception as error:
            self._fault = error
            self._discard()
        try:
            self._writer.close()
        except Exception as error:
            self._fault = self._fault or error

    def _write_all(self) -> None:
        tick_at = 0.0
        while (entry := self._next(tick_at)) is not None or not self._all_written():
            if isinstance(entry, Event):
                self._writer.tell(entry)
            elif entry is not None:
                self._writer.write(entry)
                with self._changed:
                    self._settling.forget(entry)
                    self._changed.notify_all()
            self._written += entry is not None
            if time.monotonic() >= tick_at:
                tick_at = time.monotonic() + _TICK_S
                self._writer.tick()
        if self._left_out:
            self._own_up(self._writer.tell)
        self._writer.finish()

    def _next(self, until: float) -> SettledRecord | Event | None:
        """What is to be written next; None where nothing came until then or nothing will."""
        with self._changed:
            if not self._backlog and not self._closing:
                self._changed.wait(timeout=max(0.0, until - time.monotonic()))
            return self._backlog.popleft() if self._backlog else None

    def _all_written(self) -> bool:
        with self._changed:
            return self._closing and not self._backlog

    def _discard(self) -> None:
        """A sink has failed and the run is about to end: what still comes is only counted."""
        with self._changed:
            while not self._closing:
                self._backlog.clear()
                self._changed.wait(timeout=_TICK_S)
            self._backlog.clear()
