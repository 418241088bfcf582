"""Passes events from any thread to the listener in the line's thread."""

from __future__ import annotations

from collections import deque

from edge.core.events import Event, Tell
from edge.core.run_figures import RunFigures


class EventRelay:
    """Counts events as they occur, and keeps them until they are passed on."""

    def __init__(self, figures: RunFigures) -> None:
        self._figures = figures
        self._waiting: deque[Event] = deque()

    def add(self, event: Event) -> None:
        """Add an event. Thread-safe."""
        self._figures.add_event(event)
        self._waiting.append(event)

    def pass_on(self, tell: Tell | None) -> None:
        """Pass on the events since the last call, in order; with None they are discarded."""
        while self._waiting:
            event = self._waiting.popleft()
            if tell is not None:
                tell(event)
