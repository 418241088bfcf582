"""Gives everything that the camera takes its order, its place on the coil, and its deadline."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable
from dataclasses import replace

from edge.config.line import LineConfig
from edge.core.events import Event, EventKind
from edge.core.frame import Frame
from edge.core.time_budget import verdict_s
from edge.line.camera_events import CameraEvents
from edge.line.captured import Captured
from edge.position.base import Item, Position


class FrameStamper:
    """Called with each item, in the order taken, in the camera's thread.

    Args:
        config: Size of a pixel, and the time that a verdict may take.
        position: Follows the strip.
        live: Whether there is a deadline.
        tell: Told of events: the camera lost or back, the encoder.

    Attributes:
        position_mm: Where what was taken last lies.
        deadline_s: Time that the verdict on the last frame may take.
    """

    def __init__(
        self, config: LineConfig, position: Position, *, live: bool, tell: Callable[[Event], None]
    ) -> None:
        self._config = config
        self._position = position
        self._live = live
        self._tell = tell
        self._orders = itertools.count()
        self._camera_news = CameraEvents()
        self._budget_s = None if config.budget_ms is None else config.budget_ms / 1e3
        self.position_mm = 0.0
        self.deadline_s = 0.0

    def __call__(self, item: Item) -> Captured:
        """Admit what the camera gave next."""
        config = self._config
        place = self._position.advance(item)
        self.position_mm = place.position_mm
        deadline_s, due_at = 0.0, math.inf
        if isinstance(item, Frame):
            lines = item.pixels.shape[0]
            deadline_s = verdict_s(lines, config.along_mm, place.speed_m_s, self._budget_s)
            if self._live:
                due_at = item.taken_at + deadline_s
            self.deadline_s = deadline_s
            item = replace(
                item,
                position_mm=place.position_mm,
                mm_per_line=config.along_mm,
                mm_per_px_across=config.across_mm,
            )
        at = time.time() - (time.monotonic() - item.taken_at)
        taken = Captured(self.order(), item, place, deadline_s, due_at, at)
        for text in self._position.news():
            self._tell(Event(EventKind.POSITION, text, at, place.position_mm))
        if self._live:
            for event in self._camera_news.of(taken):
                self._tell(event)
        return taken

    def order(self) -> int:
        """The next number in the order of everything that is recorded. From any thread."""
        return next(self._orders)
