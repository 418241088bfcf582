"""Whether the line is well: what a supervisor, a dashboard and a broker are told."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from edge.core.events import Event, EventKind
from edge.core.frame import Frame
from edge.core.inspection import (
    Cause,
    Inspection,
    Level,
)
from edge.core.sink import Sink


class Health(Sink):
    """Notices when a part of the line no longer moves, and when strip passes unjudged.

    A line is *stuck* where frames wait and none is taken up, or where nothing is recorded any more:
    only another start helps. It is *unwell* besides where the camera is lost, where frames come and
    none has a verdict in time (late, frozen, of a wrong size), or where the ledger cannot be
    stored. A strip that stands, a camera that waits, and the black pictures between two coils are
    well.

    Told each verdict by the inspection's thread (``watch``), events and ticks by the recorder's.

    Args:
        silence_s: For how long a part may be silent, in seconds.
        waiting: Frames that wait for their verdict.
        unstored: Why the ledger cannot be stored; None where it can.
        clock: Seconds that go on steadily.
    """

    def __init__(
        self,
        *,
        silence_s: float = 10.0,
        waiting: Callable[[], int] = lambda: 0,
        unstored: Callable[[], str | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._silence_s = silence_s
        self._waiting = waiting
        self._unstored = unstored
        self._clock = clock
        self._began = self._idle_at = clock()
        self._watched_at = -math.inf
        self._unjudged_since: float | None = None
        self._why_unjudged = ""
        self._ticked_at: float | None = None
        self._lost: str | None = None
        self.frames = 0

    def watch(self, inspection: Inspection, latency_ms: float | None) -> None:
        """Take each frame's verdict, or that it has none, as soon as that is known."""
        self.frames += 1
        self._watched_at = self._clock()
        if inspection.level is not Level.UNINSPECTED or inspection.cause is Cause.BLACK:
            self._unjudged_since = None
            return
        self._why_unjudged = str(inspection.cause)
        if self._unjudged_since is None:
            self._unjudged_since = self._watched_at

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Nothing: it has been watched."""

    def tell(self, event: Event) -> None:
        """Learn that the camera is lost or back."""
        if event.kind is EventKind.CAMERA_LOST:
            self._lost = event.text
        elif event.kind is EventKind.CAMERA_BACK:
            self._lost = None

    def tick(self) -> None:
        """Learn that the recorder is alive."""
        self._ticked_at = self._clock()
        if not self._waiting():
            self._idle_at = self._ticked_at

    @property
    def started(self) -> bool:
        """Whether the line runs: its models are loaded and the recorder is alive."""
        return self._ticked_at is not None

    def stuck(self) -> str | None:
        """Why only another start helps; None where the line is alive."""
        now = self._clock()
        if self._ticked_at is not None and now - self._ticked_at > self._silence_s:
            return f"nothing has been recorded for {now - self._ticked_at:.0f} s"
        waiting = self._waiting()
        silent_s = now - max(self._watched_at, self._idle_at)
        if waiting and silent_s > self._silence_s:
            return f"{waiting} frames wait and none was taken up for {silent_s:.0f} s"
        return None

    def fault(self) -> str | None:
        """What is wrong now; None where the line is well."""
        if not self.started:
            return "the line has not started yet"
        if (stuck := self.stuck()) is not None:
            return stuck
        if (lost := self._lost) is not None:
            return lost
        now, since = self._clock(), self._unjudged_since
        come = now - self._watched_at <= self._silence_s
        if since is not None and come and now - since > self._silence_s:
            silent = f"frames come and none was judged in time for {now - since:.0f} s"
            return f"{silent}: {self._why_unjudged}"
        return self._unstored()

    def as_json(self) -> dict[str, Any]:
        """What ``/healthz`` answers."""
        fault = self.fault()
        return {
            "well": fault is None,
            "fault": fault,
            "frames": self.frames,
            "up_s": round(self._clock() - self._began, 1),
        }
