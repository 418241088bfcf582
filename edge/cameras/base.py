"""What every camera is: a named source of frames that can be iterated and closed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Self

from edge.core.frame import (
    Absence,
    BadFrame,
    Frame,
)


class Camera(ABC):
    """A source of frames. Iterating yields each frame as it is taken and ends with the source.

    A subclass sets ``name`` and implements ``__iter__``; ``close`` frees what it holds and may be
    called at any time from another thread, upon which iteration ends soon.

    Attributes:
        name: What the person at the line calls it; becomes ``Frame.source`` unless files are read.
        live: True where frames come whether or not they are asked for (a real or simulated line),
            so that a slow consumer loses some; False where the source waits (files).
        counts: True where frames are numbered at their source, so that a jump tells of lost ones.
            The strip under a live camera that does not is followed by speed and time.
    """

    name: str
    live: bool = False
    counts: bool = True

    @abstractmethod
    def __iter__(self) -> Iterator[Frame | BadFrame | Absence]:
        """Yield frames in the order they were taken.

        A camera that finds itself again after a loss yields an ``Absence`` as soon as it is lost
        and at least every second until it is back.

        Raises:
            CameraError: The camera cannot be opened or has been lost.
        """

    @property
    def cpu_seconds(self) -> float | None:
        """CPU time that making up the frames has cost so far, told apart from the runtime's.

        None for a camera that makes nothing up.
        """
        return None

    def close(self) -> None:
        """Free the device. Safe to call twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
