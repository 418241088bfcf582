"""What every output is: it takes inspections one by one and is closed at the end."""

from __future__ import annotations

from abc import ABC, abstractmethod

from edge.frame import Frame
from edge.inspection import Inspection


class Sink(ABC):
    """Somewhere that inspections go.

    Attributes:
        left_out: Inspections that it was told to write and did not, its limit being reached.
    """

    left_out: int = 0

    @abstractmethod
    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Take one inspection, with its frame where there are pixels.

        Raises:
            UnwritableError: The target cannot be written.
        """

    def close(self) -> None:
        """Finish what was begun. Safe to call twice."""
