"""The events of a live camera: lost, and back."""

from __future__ import annotations

from edge.core.events import Event, EventKind
from edge.core.frame import Absence
from edge.line.captured import Captured


class CameraEvents:
    """Derives one event when a live camera is lost, and one when it is back."""

    def __init__(self) -> None:
        self._lost_at: float | None = None
        self._unseen_mm = 0.0

    def events_for(self, captured: Captured) -> list[Event]:
        """The events caused by the next item of the camera.

        A camera without frames is not lost as long as the strip is known to stand still.
        """
        if isinstance(captured.item, Absence):
            return self._absent(captured, captured.item)
        return self._back(captured)

    def _absent(self, captured: Captured, absence: Absence) -> list[Event]:
        if captured.place.stands and self._lost_at is None:
            return []
        self._unseen_mm += captured.place.missing_mm
        if self._lost_at is not None:
            return []
        self._lost_at = captured.item.taken_at
        text = f"{absence.source} gives no frames: {absence.detail or absence.cause}"
        return [_event(EventKind.CAMERA_LOST, text, captured)]

    def _back(self, captured: Captured) -> list[Event]:
        if self._lost_at is None:
            return []
        unseen_m = (self._unseen_mm + captured.place.missing_mm) / 1000.0
        # By the steady clock: the other may have been set meanwhile.
        away_s = captured.item.taken_at - self._lost_at
        text = (
            f"{captured.item.source} gives frames again after {away_s:.1f} s; "
            f"{unseen_m:.1f} m passed uninspected"
        )
        self._lost_at, self._unseen_mm = None, 0.0
        return [_event(EventKind.CAMERA_BACK, text, captured)]


def _event(kind: EventKind, text: str, captured: Captured) -> Event:
    return Event(kind, text, captured.item.at, captured.place.position_mm)
