"""Saying at once that the line is too fast for this device, and when it no longer is."""

from __future__ import annotations

import math
from collections import Counter
from enum import IntEnum
from threading import Lock

from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.events import Event, EventKind

CALM_S = 10.0
"""An overload is over when nothing was given up for so long."""


class ShedStage(IntEnum):
    """What a frame goes without for lack of time, in the order in which it is given up."""

    OUTLINES = 0
    CLASSES = 1
    VERDICT = 2


STRAIN_S = {ShedStage.CLASSES: 0.05, ShedStage.VERDICT: 0.5}
"""For so many seconds after it was given up nothing that can wait for it is begun: for a few frames
after a classifier, since outlines must be drawn in time too; long after a verdict, which nothing
else may cost."""

_WORDS = {
    ShedStage.OUTLINES: "not outlined in time",
    ShedStage.CLASSES: "without classes at their verdict",
    ShedStage.VERDICT: "without a verdict in time",
}


class OverloadMonitor:
    """Makes events of what is given up: where a spell begins, gets worse, and has ended.

    Safe from any thread.

    Args:
        calm_s: Seconds in which nothing is given up that end a spell.
        within_s: Seconds in which what is deferred must be caught up; it is not held back for more
            than half of them.
        clock: Tells the time.
    """

    def __init__(
        self,
        calm_s: float = CALM_S,
        within_s: float = math.inf,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._calm_s = calm_s
        self._clock = clock
        self._strain_s = {stage: min(held, within_s / 2) for stage, held in STRAIN_S.items()}
        self._spell: Counter[ShedStage] = Counter()
        self._shed_at: dict[ShedStage, float] = {}
        self._began_at = 0.0
        self._last_at = 0.0
        self._lock = Lock()

    def shed(self, stage: ShedStage, position_mm: float) -> Event | None:
        """Count a frame; the event where that begins a spell or is worse than all of it so far.

        Args:
            stage: What the frame goes without.
            position_mm: Where it lies.
        """
        with self._lock:
            now = self._clock.now()
            if not self._spell:
                self._began_at = now
            worse = stage > max(self._spell, default=-1)
            self._spell[stage] += 1
            self._last_at = self._shed_at[stage] = now
        if not worse:
            return None
        text = (
            f"Overload: the line is too fast for this device; from here on some frames are "
            f"{_WORDS[stage]}"
        )
        return Event(EventKind.OVERLOAD, text, self._clock.wall(), position_mm)

    def strain(self) -> ShedStage | None:
        """The worst that was given up a moment ago; None where nothing was."""
        with self._lock:
            now = self._clock.now()
            held = self._strain_s.items()
            recent = (s for s, for_s in held if self._shed_at.get(s, -math.inf) + for_s > now)
            return max(recent, default=None)

    def look(self, position_mm: float) -> Event | None:
        """The event that ends a spell, once nothing has been given up for long enough."""
        with self._lock:
            if not self._spell or self._clock.now() < self._last_at + self._calm_s:
                return None
            spell, self._spell = self._spell, Counter()
            lasted_s = self._last_at - self._began_at
        frames = ", ".join(f"{spell[s]} {_WORDS[s]}" for s in sorted(spell, reverse=True))
        text = f"The overload is over; it lasted {lasted_s:.1f} s. Frames: {frames}"
        return Event(EventKind.OVERLOAD_OVER, text, self._clock.wall(), position_mm)
