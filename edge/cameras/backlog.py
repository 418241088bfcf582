"""What a stream kept while it was being opened: old frames, as fast as they can be decoded."""

from __future__ import annotations

_IN_TIME = 0.5
"""Share of a period after which a frame that follows another was not waiting."""
_LONGEST_S = 3.0
"""A stream that a device cannot decode in time looks like an endless backlog."""
_USUAL_FPS = 25.0


class Backlog:
    """Tells when it has been read; until then frames would only make a line late.

    Args:
        fps: Frames a second, as the stream says; one that cannot be is taken to be 25.
    """

    def __init__(self, fps: float) -> None:
        self._period_s = 1.0 / (fps if 1.0 <= fps <= 1000.0 else _USUAL_FPS)
        self._first: float | None = None
        self._last = 0.0
        self._over = False

    def over(self, arrived_at: float) -> bool:
        """Whether the frame that has arrived, or one before it, came in its own time."""
        if self._first is None:
            self._first = arrived_at
        else:
            self._over |= arrived_at - self._last >= _IN_TIME * self._period_s
            self._over |= arrived_at - self._first > _LONGEST_S
        self._last = arrived_at
        return self._over
