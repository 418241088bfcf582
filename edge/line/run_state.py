"""The state that the line and the outputs of a run share."""

from __future__ import annotations

from collections.abc import Sized

from edge.config.line import LineConfig
from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.events import Event, EventKind
from edge.core.run_figures import RunFigures
from edge.line.event_relay import EventRelay
from edge.line.record_queue import RecordQueue
from edge.service.coil_commands import CoilCommandLimit


class RunState:
    """Figures, queues, events and coil commands; created before the line and the outputs.

    Args:
        config: Queue sizes.
        live: Whether the camera is live: it delivers frames whether or not the line is ready.
        clock: The run's clock.

    Attributes:
        figures: The figures so far.
        records: Queue of records for the outputs; it numbers all records.
        events: Events for the listener in the line's thread.
        queues: The queues, by what their entries wait for.
        position_mm: Position on the coil of the latest captured item, in mm.
        deadline_s: Seconds allowed for the verdict on the latest captured frame.
        live: See above.
        clock: See above.
    """

    def __init__(
        self, config: LineConfig | None = None, *, live: bool, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        config = config or LineConfig()
        self.live = live
        self.clock = clock
        self.figures = RunFigures()
        self.events = EventRelay(self.figures)
        self.records = RecordQueue(
            self.figures,
            hear=self.events.add,
            waits=not live,
            pixels=2 * config.arrears_frames,
            clock=clock,
        )
        self.queues: dict[str, Sized] = {"verdict": (), "arrears": (), "sinks": self.records}
        self._commands = CoilCommandLimit(clock)
        self.position_mm = 0.0
        self.deadline_s = 0.0

    def tell(self, event: Event) -> None:
        """Send an event to the outputs and to the listener. Thread-safe."""
        self.records.tell(event)
        self.events.add(event)

    def tell_here(self, kind: EventKind, text: str) -> None:
        """Send an event with the current position. Thread-safe."""
        self.tell(Event(kind, text, self.clock.wall(), self.position_mm))

    def begin_coil(self, name: str | None) -> None:
        """Begin a coil with the next captured item; None ends the current coil.

        From any thread, such as that of an output that is told by a broker.

        Raises:
            ConfigError: Such commands come too fast.
        """
        self._commands.admit()
        self.records.begin_coil(name or "")
