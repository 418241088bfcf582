"""Drift: compares grey levels and gate scores of the line with those of the training data."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from edge.bundle.drift_reference import Drift, Limits
from edge.core.frame import Pixels
from edge.vision.psi import GreyIndex, ScoreIndex

AnyIndex = TypeVar("AnyIndex", GreyIndex, ScoreIndex)

HYSTERESIS = 0.8
"""A level falls only when the index is below this share of its limit, so that it does not flap."""

LIVE_EVERY = 64
"""With a live camera one frame in so many is used, because the next ones show the same coil."""

_STEPS = 16
"""How often the index is computed while one window passes."""

_FIRST = 8
"""Judging begins when one in so many of the window's frames has been seen: an eighth."""


class DriftLevel(StrEnum):
    """How much a quantity differs from the training data."""

    STABLE = "stable"
    WATCH = "watch"
    ALARM = "alarm"


_ORDER = tuple(DriftLevel)


class DriftMonitor:
    """Compares a sliding window of frames with the reference, in a fixed amount of memory.

    It judges once an eighth of the window is filled. By chance alone the index is inversely
    proportional to the number of frames (Yurdakul 2018), so the limits are divided by the filled
    share of the window: large drift is reported early, small drift only by a full window.

    For example, with a window of 800 frames and a watch limit of 0.1, the first judgement comes
    after 100 frames, with a limit of 0.1 * 800 / 100 = 0.8. After 400 frames the limit is 0.2,
    after 800 it is 0.1.

    Args:
        reference: The drift reference of the bundle.
        every: Use one frame in so many.
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
        """Add one inspected frame: grey [lines, columns] and scores [regions].

        Returns:
            A message for each quantity whose level has changed.
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
        messages = [self.grey.judge(self.frames, over), self.scores.judge(self.frames, over)]
        return [text for text in messages if text is not None]

    @property
    def frames(self) -> int:
        """Frames in the window."""
        return min(self._watched, self.window)

    @property
    def level(self) -> DriftLevel | None:
        """The worse of the two levels; None as long as there are too few frames to judge."""
        levels = [q.level for q in (self.grey, self.scores) if q.level is not None]
        return max(levels, key=_ORDER.index, default=None)

    def as_json(self) -> dict[str, Any]:
        """The state, with the keys documented in docs/json.md."""
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
    """One monitored quantity: its window, its index and its level.

    Args:
        name: Its name, in the plural.
        check: What the operator must check when it has drifted.
        index: Computes its index.
        limits: Its watch and alarm limits.
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
        """Update index and level from the first ``frames`` rows of the ring.

        Args:
            frames: Number of filled rows.
            over: The frames in words, for the message.

        Returns:
            A message if the level has changed, else None.
        """
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
        if psi >= alarm * (HYSTERESIS if before is DriftLevel.ALARM else 1):
            return DriftLevel.ALARM
        if psi >= watch * (1 if before is DriftLevel.STABLE else HYSTERESIS):
            return DriftLevel.WATCH
        return DriftLevel.STABLE

    def _sentence(self, level: DriftLevel, rises: bool, over: str) -> str:
        trained = "the training data"
        figures = (
            f"PSI {self.psi:.2f} over {over} (watch from {self.limits.watch * self.scale:.2f}, "
            f"alarm from {self.limits.alarm * self.scale:.2f})"
        )
        if level is DriftLevel.STABLE:
            return f"{self.name.capitalize()} match {trained} again: {figures}."
        if not rises:
            return (
                f"The drift alarm of {self.name} has ended, they still differ a little from "
                f"{trained}: {figures}."
            )
        if level is DriftLevel.WATCH:
            return (
                f"{self.name.capitalize()} begin to differ from {trained}: {figures}. "
                f"Check {self.check} at the next opportunity."
            )
        return (
            f"ALARM: {self.name} have drifted from {trained}: {figures}. Check {self.check} now; "
            "do not trust verdicts until then."
        )


def _rounded(psi: float | None) -> float | None:
    return None if psi is None else round(psi, 4)
