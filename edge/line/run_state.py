"""What the two sides of a run share: the line that judges, and the outputs that tell of it."""

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
    """Made before either side, and given to both: figures, queues, events, and coils' names.

    Args:
        config: How much may wait.
        live: Whether frames come whether or not they are asked for.
        clock: Tells the time.

    Attributes:
        figures: What was counted so far.
        records: What waits for the outputs; it numbers all that is recorded.
        events: What waits to be heard in the thread that runs the line.
        queues: What waits, by what it waits for.
        position_mm: Where what was captured last lies.
        deadline_s: Time that the verdict on the frame captured last may take.
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
        """Tell outputs, and who hears of events, of one. From any thread."""
        self.records.tell(event)
        self.events.add(event)

    def tell_here(self, kind: EventKind, text: str) -> None:
        """Tell of something that happens where the line is now. From any thread."""
        self.tell(Event(kind, text, self.clock.wall(), self.position_mm))

    def begin_coil(self, name: str | None) -> None:
        """What is captured from here on lies on another coil; without a name, on none.

        From any thread, such as that of an output that is told by a broker.

        Raises:
            ConfigError: Such commands come too fast.
        """
        self._commands.admit()
        self.records.begin_coil(name or "")
