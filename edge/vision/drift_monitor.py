"""Whether what the camera shows, and what the gate makes of it, still resembles the data."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from edge.bundle.drift_reference import Drift, Limits
from edge.core.frame import Pixels
from edge.vision.psi import GreyIndex, ScoreIndex

AnyIndex = TypeVar("AnyIndex", GreyIndex, ScoreIndex)

CALM = 0.8
"""A level falls only when the index is below this share of its limit, so that it does not flap."""

LIVE_EVERY = 64
"""Of a live camera one frame in so many is watched, because the next shows the same coil."""

_STEPS = 16
"""How often the index is taken while a window passes."""

_FIRST = 8
"""Part of a window from which on it is judged."""


class DriftLevel(StrEnum):
    """How far a quantity is from the data."""

    STABLE = "stable"
    WATCH = "watch"
    ALARM = "alarm"


_ORDER = tuple(DriftLevel)


class DriftMonitor:
    """Watches a sliding window of frames in a fixed amount of memory.

    It judges from an eighth of a window on. By chance alone the index is about so many times larger
    as there are fewer frames (Yurdakul 2018), so until the window is full the limits are higher by
    as much: what is badly wrong shows early, what is slightly wrong takes its time.

    Args:
        reference: The bundle's.
        every: Watch one frame in so many.
    """

    def __init__(self, reference: Drift, *, every: int = 1) -> None:
        grey, scores = reference.grey, reference.scores
        self.window, self.every = reference.window, every
        self.grey = Quantity(
            "grey levels",
            "lamp, lens and exposure",
            GreyIndex(grey.edges, grey.shares),
            grey.limits,
            self.window,
        )
        self.scores = Quantity(
            "gate scores",
            "focus, dirt on the glass, and whether the strip is of a new kind",
            ScoreIndex(scores.edges, scores.clean, scores.defective, scores.defective_share),
            scores.limits,
            self.window,
        )
        self._seen = 0
        self._watched = 0

    def add(self, pixels: Pixels, gate_scores: NDArray[np.float32]) -> list[str]:
        """Take in one inspected frame: grey [lines, columns] and scores [regions].

        Returns:
            What has changed by it, a sentence or two for each quantity whose level has.
        """
        self._seen += 1
        if (self._seen - 1) % self.every:
            return []
        place = self._watched % self.window
        self._watched += 1
        self.grey.ring[place] = self.grey.index.shares(pixels)
        self.scores.ring[place] = self.scores.index.shares(gate_scores)
        enough = self.frames * _FIRST >= self.window
        if not enough or self._watched % max(1, self.window // _STEPS):
            return []
        over = self._over()
        told = [self.grey.judge(self.frames, over), self.scores.judge(self.frames, over)]
        return [text for text in told if text is not None]

    @property
    def frames(self) -> int:
        """Frames in the window."""
        return min(self._watched, self.window)

    @property
    def level(self) -> DriftLevel | None:
        """The worse of the two levels; None while there are too few frames to judge."""
        levels = [q.level for q in (self.grey, self.scores) if q.level is not None]
        return max(levels, key=_ORDER.index, default=None)

    def as_json(self) -> dict[str, Any]:
        """The state, with the keys that docs/json.md documents."""
        return {
            "level": self.level,
            "grey_psi": _rounded(self.grey.psi),
            "grey_level": self.grey.level,
            "score_psi": _rounded(self.scores.psi),
            "score_level": self.scores.level,
            "watches": self.grey.watches + self.scores.watches,
            "alarms": self.grey.alarms + self.scores.alarms,
            "frames": self.frames,
            "window": self.window,
            "every": self.every,
        }

    def __str__(self) -> str:
        if self.level is None:
            needed = -(-self.window // _FIRST)
            return f"drift level: unknown, {self.frames} of {needed} frames needed to judge"
        grey, scores = self.grey.psi, self.scores.psi
        return f"drift level: {self.level} (PSI grey {grey:.2f}, scores {scores:.2f})"

    def _over(self) -> str:
        if self.every == 1:
            return f"the last {self.frames} frames"
        return f"{self.frames} of the last {self.frames * self.every:,} frames"


class Quantity(Generic[AnyIndex]):
    """One watched quantity: its window, its index and its level.

    Args:
        name: What it is called, in the plural.
        check: What to check when it has drifted.
        index: Its index.
        limits: From where on it is watched and alarms.
        window: Frames in the window.
    """

    def __init__(self, name: str, check: str, index: AnyIndex, limits: Limits, window: int) -> None:
        self.name, self.check, self.limits = name, check, limits
        self.index: AnyIndex = index
        self.ring = np.zeros((window, index.bins))
        self.scale = 1.0
        self.psi: float | None = None
        self.level: DriftLevel | None = None
        self.watches = 0
        self.alarms = 0

    def judge(self, frames: int, over: str) -> str | None:
        """Take the index of so many frames, and raise or lower the level; what to say if it did."""
        self.psi = float(self.index.psi(self.ring[:frames].mean(axis=0)))
        self.scale = len(self.ring) / frames
        before = self.level or DriftLevel.STABLE
        self.level = self._level(self.psi, before)
        if self.level is before:
            return None
        rises = _ORDER.index(self.level) > _ORDER.index(before)
        self.watches += rises and self.level is DriftLevel.WATCH
        self.alarms += rises and self.level is DriftLevel.ALARM
        return self._sentence(self.level, rises, over)

    def _level(self, psi: float, before: DriftLevel) -> DriftLevel:
        watch, alarm = self.limits.watch * self.scale, self.limits.alarm * self.scale
        if psi >= alarm * (CALM if before is DriftLevel.ALARM else 1):
            return DriftLevel.ALARM
        if psi >= watch * (1 if before is DriftLevel.STABLE else CALM):
            return DriftLevel.WATCH
        return DriftLevel.STABLE

    def _sentence(self, level: DriftLevel, rises: bool, over: str) -> str:
        trained = "what the models were made from"
        figures = (
            f"PSI {self.psi:.2f} over {over} (watch from {self.limits.watch * self.scale:.2f}, "
            f"alarm from {self.limits.alarm * self.scale:.2f})"
        )
        if level is DriftLevel.STABLE:
            return f"{self.name.capitalize()} are again like {trained}: {figures}."
        if not rises:
            return f"{self.name.capitalize()} alarm no longer: {figures}. Keep an eye on them."
        if level is DriftLevel.WATCH:
            return (
                f"{self.name.capitalize()} begin to differ from {trained}: {figures}. "
                f"Look at {self.check} when you can."
            )
        return (
            f"ALARM: {self.name} have drifted from {trained}: {figures}. Check {self.check} now; "
            "until then trust no verdict."
        )


def _rounded(psi: float | None) -> float | None:
    return None if psi is None else round(psi, 4)
