"""What every output is: it hears of inspections, defects and events in order, and is closed."""

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
    """Somewhere that inspections go. All its methods are called in one thread.

    What happens to it itself, such as a broker that is away, it tells by the ``edge.core.events.
    Tell`` that it was made with.

    Attributes:
        skipped: Inspections that it was told to write and did not, its limit being reached.
    """

    skipped: int = 0

    @abstractmethod
    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Take one inspection at its final level, in the order of frames.

        Args:
            inspection: What is known of the frame.
            frame: Its pixels; None where there are none.

        Raises:
            UnwritableError: The target cannot be written.
        """

    def gap(self, gap: Gap) -> None:
        """Take strip that passed without a frame."""

    def defect(self, defect: CoilDefect) -> None:
        """Take a defect that has ended: no piece of it touches the frame that came last."""

    def tell(self, event: Event) -> None:
        """Take an event."""

    def tick(self) -> None:
        """Do what is due by the clock; called twice a second or more, also where no frame comes."""

    def close(self) -> None:
        """Finish what was begun. Safe to call twice.

        Raises:
            UnwritableError: What was taken could not be kept.
        """

    def loss(self) -> Loss | None:
        """What could not be kept, once closed; None where all was, or the rest is raised."""
        return None
