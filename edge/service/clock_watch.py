"""Tells that the wall clock was set while the line runs, or that it cannot be right."""

from __future__ import annotations

from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.clock_steps import EARLIEST, ClockSteps, duration
from edge.core.events import Event, EventKind, Tell
from edge.core.frame import Frame
from edge.core.inspection import Inspection
from edge.core.sink import Sink


class ClockWatch(Sink):
    """Looks at the clock with each tick. What is told stands in every output, the ledger's too.

    Args:
        report: Told of it.
        clock: Tells the times that are compared.
    """

    def __init__(self, report: Tell, clock: Clock = SYSTEM_CLOCK) -> None:
        self._report = report
        self._clock = clock
        self._steps = ClockSteps(clock)
        if clock.wall() < EARLIEST:
            self._tell(
                "The clock stands before 2025, which is before this program was made: times of "
                "frames and defects are wrong until it is set"
            )

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Nothing: frames have their times."""

    def tick(self) -> None:
        """Compare the clocks."""
        step = self._steps.look()
        if step:
            way = "forward" if step > 0 else "back"
            self._tell(
                f"The clock was set {way} by {duration(step)}: times of frames and defects before "
                "and after do not follow on one another. Nothing is deleted because of it"
            )

    def _tell(self, text: str) -> None:
        self._report(Event(EventKind.CLOCK, text, self._clock.wall()))
