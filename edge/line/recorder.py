"""Writes records in a separate thread, so that a slow disk does not delay verdicts."""

from __future__ import annotations

from threading import Thread

from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.errors import UnwritableError
from edge.core.events import Event
from edge.line.fanout import Fanout
from edge.line.record_queue import RecordQueue
from edge.line.reorder_buffer import FinalRecord

TICK_S = 0.25
"""Seconds between two ticks of the sinks."""

PATIENCE_S = 30.0
"""At the end of a run, seconds to wait for sinks that write nothing."""


class Recorder:
    """Passes records to the sinks, in order.

    Args:
        records: Source of the records.
        sinks: The outputs; all its methods are called in the recorder's thread.
        clock: The run's clock.
    """

    def __init__(self, records: RecordQueue, sinks: Fanout, clock: Clock = SYSTEM_CLOCK) -> None:
        self._records = records
        self._sinks = sinks
        self._clock = clock
        self._written = 0
        self._ended = False
        self._progress = clock.condition()
        self._fault: Exception | None = None
        self._raised = False
        self._thread = Thread(target=self._run, name="recorder", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def check(self) -> None:
        """Raise the error of a sink, once."""
        if self._fault is not None and not self._raised:
            self._raised = True
            raise self._fault

    def close(self) -> None:
        """Write the remaining records and close the sinks.

        Raises:
            UnwritableError: A sink has been stuck for half a minute.
        """
        self._records.close()
        with self._progress:
            written, give_up_at = self._written, self._clock.now() + PATIENCE_S
            while not self._ended:
                if written != self._written:
                    written, give_up_at = self._written, self._clock.now() + PATIENCE_S
                if self._clock.now() >= give_up_at:
                    raise UnwritableError(
                        f"an output has been stuck for {PATIENCE_S:.0f} s; the last "
                        f"{len(self._records) + 1} records are not written",
                        "Check the disk and the network of the outputs",
                    )
                self._progress.wait(timeout=give_up_at - self._clock.now())
        self.check()

    def _run(self) -> None:
        try:
            self._write_all()
        except Exception as error:
            self._fault = error
            self._records.discard()
        try:
            self._sinks.close(self._records.events_left)
        except Exception as error:
            self._fault = self._fault or error
        with self._progress:
            self._ended = True
            self._progress.notify_all()

    def _write_all(self) -> None:
        tick_at = 0.0
        while (entry := self._records.next(tick_at)) is not None or not self._records.ended:
            if entry is not None:
                self._write(entry)
            if self._clock.now() >= tick_at:
                tick_at = self._clock.now() + TICK_S
                self._sinks.tick()
        if (event := self._records.last_event()) is not None:
            self._sinks.tell(event)
        self._sinks.finish()
        # Events that sinks reported at their last tick.
        while (entry := self._records.next(0.0)) is not None:
            self._write(entry)

    def _write(self, entry: FinalRecord | Event) -> None:
        if isinstance(entry, Event):
            self._sinks.tell(entry)
        else:
            self._sinks.write(entry)
            self._records.forget(entry)
        with self._progress:
            self._written += 1
            self._progress.notify_all()
