"""The health of the line, for systemd, dashboards and the broker."""

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
    """Detects when a part of the line hangs, and when strip passes without verdicts.

    A line is *stuck* if frames wait and none is judged, or if nothing is recorded any more; only a
    restart helps. A line is *unwell* if it is stuck, if the camera is lost, if frames come and none
    has a verdict in time (late, frozen, of a wrong size), or if the ledger cannot be stored. Not
    faults are: a strip that stands still, a camera that is not live, and the black pictures between
    two coils.

    The inspection's thread calls ``watch`` with each verdict; the recorder's thread delivers events
    and ticks.

    Args:
        silence_s: Longest time without activity of a part, in seconds.
        waiting: Returns the number of frames that wait for a verdict.
        unstored: Returns why the ledger cannot be stored; None if it can.
        clock: Monotonic seconds.
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
        """Count each frame as soon as it has its verdict, or is known to get none."""
        self.frames += 1
        self._watched_at = self._clock()
        if inspection.level is not Level.UNINSPECTED or inspection.cause is Cause.BLACK:
            self._unjudged_since = None
            return
        self._why_unjudged = str(inspection.cause)
        if self._unjudged_since is None:
            self._unjudged_since = self._watched_at

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Do nothing: ``watch`` has counted the frame."""

    def tell(self, event: Event) -> None:
        """Note that the camera is lost or back."""
        if event.kind is EventKind.CAMERA_LOST:
            self._lost = event.text
        elif event.kind is EventKind.CAMERA_BACK:
            self._lost = None

    def tick(self) -> None:
        """Note that the recorder is alive."""
        self._ticked_at = self._clock()
        if not self._waiting():
            self._idle_at = self._ticked_at

    @property
    def started(self) -> bool:
        """Whether the line runs: its models are loaded and the recorder is alive."""
        return self._ticked_at is not None

    def stuck(self) -> str | None:
        """The reason why the line needs a restart; None if it is alive."""
        now = self._clock()
        if self._ticked_at is not None and now - self._ticked_at > self._silence_s:
            return f"nothing has been recorded for {now - self._ticked_at:.0f} s"
        waiting = self._waiting()
        silent_s = now - max(self._watched_at, self._idle_at)
        if waiting and silent_s > self._silence_s:
            return f"{waiting} frames wait and none was judged for {silent_s:.0f} s"
        return None

    def fault(self) -> str | None:
        """The current fault; None if the line is well."""
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
        """The answer of ``/healthz``."""
        fault = self.fault()
        return {
            "well": fault is None,
            "fault": fault,
            "frames": self.frames,
            "up_s": round(self._clock() - self._began, 1),
        }
