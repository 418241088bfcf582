"""The interface of every output: it receives inspections, defects and events in order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from edge.core.coil_defect import CoilDefect
from edge.core.coverage import Gap
from edge.core.events import Event
from edge.core.frame import Frame
from edge.core.inspection import Inspection


@dataclass(frozen=True, slots=True)
class Loss:
    """What a sink was asked to keep and could not.

    Attributes:
        text: One sentence for the person at the line, without a full stop.
        figures: How much of what, with the keys that docs/json.md documents.
        promised: Whether it was to be kept whatever comes; else the sink tells of it as an event.
    """

    text: str
    figures: Mapping[str, float]
    promised: bool = True


class Sink(ABC):
    """A destination of inspections. All its methods are called in one thread.

    A sink reports its own events, such as a broker that is unreachable, through the
    ``edge.core.events.Tell`` that its constructor received.

    Attributes:
        skipped: Inspections that it did not write because its limit was reached.
    """

    skipped: int = 0

    @abstractmethod
    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Write one inspection at its final level; called in the order of frames.

        Args:
            inspection: The result for the frame.
            frame: The frame with its pixels; None if there are none.

        Raises:
            UnwritableError: The target cannot be written.
        """

    def gap(self, gap: Gap) -> None:
        """Write strip that passed without a frame."""

    def defect(self, defect: CoilDefect) -> None:
        """Write a defect that is complete: no piece of it lies on the latest frame."""

    def tell(self, event: Event) -> None:
        """Write an event."""

    def tick(self) -> None:
        """Do periodic work; called at least twice a second, even if no frame comes."""

    def close(self) -> None:
        """Finish what was begun. Safe to call twice.

        Raises:
            UnwritableError: What was taken could not be kept.
        """

    def loss(self) -> Loss | None:
        """What could not be kept, once closed; None where all was, or the rest is raised."""
        return None
