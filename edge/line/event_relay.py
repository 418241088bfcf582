"""Events on their way to whoever hears of them in the thread that runs the line."""

from __future__ import annotations

from collections import deque

from edge.core.events import Event, Tell
from edge.core.run_figures import RunFigures


class EventRelay:
    """Counts events as they come up, from any thread, and keeps them until they are passed on."""

    def __init__(self, figures: RunFigures) -> None:
        self._figures = figures
        self._waiting: deque[Event] = deque()

    def add(self, event: Event) -> None:
        """Take an event. From any thread."""
        self._figures.add_event(event)
        self._waiting.append(event)

    def pass_on(self, tell: Tell | None) -> None:
        """Tell what has come up since, in order; None forgets it."""
        while self._waiting:
            event = self._waiting.popleft()
            if tell is not None:
                tell(event)
