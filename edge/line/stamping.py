"""Sets order, position on the coil and deadline of every item from the camera."""

from __future__ import annotations

import math
from dataclasses import replace

from edge.config.line import LineConfig
from edge.core.events import Event, EventKind
from edge.core.frame import Absence, BadFrame, Frame
from edge.core.time_budget import verdict_s
from edge.line.camera_events import CameraEvents
from edge.line.captured import Captured
from edge.line.run_state import RunState
from edge.position.base import FramePlace, Item, Position


class FrameStamper:
    """Stamps each item, in the order of capture, in the camera's thread.

    This is the only place where a frame gets its position, length and time; inspections copy them.
    It is also the place where the deadline of a verdict is decided.

    Args:
        config: Pixel size and time budget.
        position: Measures the position on the coil.
        state: Provides the order; receives events about camera and encoder.
    """

    def __init__(self, config: LineConfig, position: Position, state: RunState) -> None:
        self._config = config
        self._position = position
        self._state = state
        self._camera_events = CameraEvents()
        self._budget_s = None if config.budget_ms is None else config.budget_ms / 1e3

    def __call__(self, item: Item) -> Captured:
        """Stamp the next item of the camera."""
        state, clock = self._state, self._state.clock
        place = self._position.advance(item)
        state.position_mm = place.position_mm
        at = clock.wall() - (clock.now() - item.taken_at)
        deadline_s, due_at = 0.0, math.inf
        if isinstance(item, Frame):
            deadline_s = self._deadline_s(item, place)
            if state.live:
                due_at = item.taken_at + deadline_s
            state.deadline_s = deadline_s
        placed = self._placed(item, place, at)
        captured = Captured(state.records.next_order(), placed, place, deadline_s, due_at)
        for text in place.notes:
            state.tell(Event(EventKind.POSITION, text, at, place.position_mm))
        if state.live:
            for event in self._camera_events.events_for(captured):
                state.tell(event)
        return captured

    def _deadline_s(self, frame: Frame, place: FramePlace) -> float:
        lines = frame.pixels.shape[0]
        return verdict_s(lines, self._config.along_mm, place.speed_m_s, self._budget_s)

    def _placed(self, item: Item, place: FramePlace, at: float) -> Item:
        if isinstance(item, Absence):
            return replace(item, at=at)
        if isinstance(item, BadFrame):
            length_mm = place.length_mm
            return replace(item, at=at, position_mm=place.position_mm, length_mm=length_mm)
        return replace(
            item,
            at=at,
            position_mm=place.position_mm,
            passed_mm=place.length_mm,
            mm_per_line=self._config.along_mm,
            mm_per_px_across=self._config.across_mm,
        )
