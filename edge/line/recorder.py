"""Writes what is recorded in a thread of its own: a slow disk never holds up a verdict."""

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
"""At the end of a run sinks that write nothing for so long are waited for no more."""


class Recorder:
    """Gives records to the sinks, in order.

    Args:
        records: Where they come from.
        sinks: All its methods are called in the recorder's thread.
        clock: Tells the time.
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
        """Begin to write."""
        self._thread.start()

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
        self._records.close()
        with self._progress:
            written, patient_until = self._written, self._clock.now() + PATIENCE_S
            while not self._ended:
                if written != self._written:
                    written, patient_until = self._written, self._clock.now() + PATIENCE_S
                if self._clock.now() >= patient_until:
                    raise UnwritableError(
                        f"an output has been stuck for {PATIENCE_S:.0f} s; the last "
                        f"{len(self._records) + 1} records are not written",
                        "Check the disk and the network that outputs go to",
                    )
                self._progress.wait(timeout=patient_until - self._clock.now())
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
        # Events that sinks told of at their last tick.
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
