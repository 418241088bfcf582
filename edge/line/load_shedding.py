"""Reports when the line is too fast for this device, and when the overload is over."""

from __future__ import annotations

import math
from collections import Counter
from enum import IntEnum
from threading import Lock

from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.events import Event, EventKind

RECOVERY_S = 10.0
"""An overload is over when no stage was skipped for so many seconds."""


class ShedStage(IntEnum):
    """The parts of an inspection that are skipped for lack of time, in this order."""

    OUTLINES = 0
    CLASSES = 1
    VERDICT = 2


HOLD_S = {ShedStage.CLASSES: 0.05, ShedStage.VERDICT: 0.5}
"""Seconds after a skipped stage in which no less important stage starts: a few frames after a
skipped classifier, because outlines have a time limit too; longer after a missed verdict, because
verdicts come before everything else."""

_WORDS = {
    ShedStage.OUTLINES: "not outlined in time",
    ShedStage.CLASSES: "without classes at their verdict",
    ShedStage.VERDICT: "without a verdict in time",
}


class OverloadMonitor:
    """Derives events from skipped stages: when an overload begins, gets worse, and ends.

    Thread-safe.

    Args:
        recovery_s: Seconds without a skipped stage that end an overload.
        within_s: Seconds allowed for deferred stages; they are held back for at most half of them.
        clock: The run's clock.
    """

    def __init__(
        self,
        recovery_s: float = RECOVERY_S,
        within_s: float = math.inf,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._recovery_s = recovery_s
        self._clock = clock
        self._hold_s = {stage: min(held, within_s / 2) for stage, held in HOLD_S.items()}
        self._skipped: Counter[ShedStage] = Counter()
        self._shed_at: dict[ShedStage, float] = {}
        self._began_at = 0.0
        self._last_at = 0.0
        self._lock = Lock()

    def shed(self, stage: ShedStage, position_mm: float) -> Event | None:
        """Count a frame; return an event if an overload begins or gets worse by it.

        Args:
            stage: The part of the inspection that the frame lacks.
            position_mm: Position of the frame on the coil, in mm.
        """
        with self._lock:
            now = self._clock.now()
            if not self._skipped:
                self._began_at = now
            worse = stage > max(self._skipped, default=-1)
            self._skipped[stage] += 1
            self._last_at = self._shed_at[stage] = now
        if not worse:
            return None
        text = (
            f"Overload: the line is too fast for this device; from here on some frames are "
            f"{_WORDS[stage]}"
        )
        return Event(EventKind.OVERLOAD, text, self._clock.wall(), position_mm)

    def recently_shed(self) -> ShedStage | None:
        """The most important stage that was skipped within its ``HOLD_S``; None if none was."""
        with self._lock:
            now = self._clock.now()
            held = self._hold_s.items()
            recent = (s for s, for_s in held if self._shed_at.get(s, -math.inf) + for_s > now)
            return max(recent, default=None)

    def check_recovery(self, position_mm: float) -> Event | None:
        """The event that ends an overload, once no stage was skipped for ``recovery_s``."""
        with self._lock:
            if not self._skipped or self._clock.now() < self._last_at + self._recovery_s:
                return None
            skipped, self._skipped = self._skipped, Counter()
            lasted_s = self._last_at - self._began_at
        frames = ", ".join(f"{skipped[s]} {_WORDS[s]}" for s in sorted(skipped, reverse=True))
        text = f"The overload is over; it lasted {lasted_s:.1f} s. Frames: {frames}"
        return Event(EventKind.OVERLOAD_OVER, text, self._clock.wall(), position_mm)
