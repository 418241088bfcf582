"""Gives the verdict on each frame, and skips stages when the time is too short."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from edge.core.errors import EngineError, NotFiniteError
from edge.core.events import EventKind
from edge.core.frame import (
    Absence,
    BadFrame,
    Frame,
)
from edge.core.inspection import (
    Cause,
    Inspection,
    Level,
    uninspected,
)
from edge.line.background_cascade import BackgroundCascade, LoadBackground
from edge.line.captured import Captured
from edge.line.gc_freeze import freeze
from edge.line.run_state import RunState
from edge.line.stage_clock import StageClock
from edge.position.base import Item
from edge.vision.cascade import Cascade
from edge.vision.drift_monitor import DriftMonitor
from edge.vision.frame_sanity import FrameSanity

if TYPE_CHECKING:
    from edge.install.hot_swap import BundleWatch


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result for a frame at the time of its verdict.

    Attributes:
        inspection: The inspection of the frame.
        latency_ms: Milliseconds from the last line to the verdict; None without a verdict.
    """

    inspection: Inspection
    latency_ms: float | None = None


class Judge:
    """Judges frames with the current cascade; a newly installed bundle may replace it.

    With a live camera:

    - A frame whose deadline has passed is deferred without inspection, so that one delay does not
      make the following frames late too.
    - A black, saturated or frozen picture is not inspected.
    - The gate always runs on a frame that is in time.
    - The classifier is deferred if by its recent run times the verdict would be late, or a waiting
      frame would get no gate.

    Args:
        cascade: The first cascade.
        state: The run's state; it receives the events about faulty pictures and drift.
        background: Loads another cascade of the same bundle for the deferred queue's thread; None
            if frames cannot be deferred.
        drift: Monitors drift; None disables that.
        bundles: Watches for a newly installed bundle; None keeps ``cascade``.

    Attributes:
        cascade: The current cascade.
        background: The current background cascade; None if there is none.
        drift: The current drift monitor.
        stage_clock: Recent run times of the stages of ``cascade``.
    """

    def __init__(
        self,
        cascade: Cascade,
        state: RunState,
        *,
        background: LoadBackground | None = None,
        drift: DriftMonitor | None = None,
        bundles: BundleWatch | None = None,
    ) -> None:
        self.cascade = cascade
        self._state = state
        self._clock = state.clock
        self.background = self._background(background)
        self.drift = drift
        self.stage_clock = StageClock(clock=state.clock)
        self._sanity = FrameSanity(live=state.live, say=partial(state.tell_here, EventKind.PICTURE))
        self._bundles = bundles
        self._told_not_finite = False

    def look_for_bundle(self, item: Item) -> None:
        """Use a newly installed bundle, if there is one that accepts such frames."""
        if self._bundles is None or isinstance(item, Absence):
            return
        if (cascade := self._bundles.poll(item)) is not None:
            self._use(cascade)

    def fall_back(self, error: EngineError) -> None:
        """Return to the bundle before the one that failed.

        Raises:
            EngineError: The given error, if there is no bundle before.
        """
        if not self._has_gone_back(error):
            raise error

    def _has_gone_back(self, error: EngineError) -> bool:
        before = None if self._bundles is None else self._bundles.fall_back(error)
        if before is not None:
            self._use(before)
        return before is not None

    def replace_background(self, failed: BackgroundCascade, error: Exception) -> BackgroundCascade:
        """The background cascade to use after ``failed`` has failed.

        Raises:
            EngineError: The given error, if there is no bundle before.
            Exception: The given error, if it is not an engine's.
        """
        if failed is self.background:
            if not isinstance(error, EngineError):
                raise error
            self.fall_back(error)
        if self.background is None:
            raise error
        return self.background

    def judge(
        self, captured: Captured, first_due_at: Callable[[], float] = lambda: math.inf
    ) -> Verdict:
        """Judge a captured frame. If a new bundle fails on it, the bundle before judges it.

        Args:
            captured: A frame or bad frame.
            first_due_at: Returns the earliest deadline of the waiting frames.

        Raises:
            EngineError: The engine failed, and there is no bundle before.
        """
        frame = captured.item
        if not isinstance(frame, Frame):
            assert isinstance(frame, BadFrame)
            return Verdict(uninspected(frame, Cause(frame.cause), frame.detail))
        if (fault := self._sanity.check(frame.pixels)) is not None:
            return Verdict(uninspected(frame, *fault))
        if self._clock.now() > captured.due_at:
            late = uninspected(frame, Cause.LATE, "its deadline passed while it waited")
            return Verdict(late)
        return self._verdict(frame, captured.due_at, first_due_at)

    def outline(self, captured: Captured, inspection: Inspection) -> Inspection:
        """Outline the defects of a ``classified`` frame now, in this thread."""
        frame = captured.item
        assert isinstance(frame, Frame)
        try:
            return self.cascade.outline(frame, inspection)
        except EngineError as error:
            self.fall_back(error)
            inspection = self._verdict(frame, captured.due_at, lambda: math.inf).inspection
            return self.outline(captured, inspection)

    def _verdict(self, frame: Frame, due_at: float, first_due_at: Callable[[], float]) -> Verdict:
        try:
            inspection = self._inspect(frame, due_at, first_due_at)
        except EngineError as error:
            self.fall_back(error)
            return self._verdict(frame, due_at, first_due_at)
        if inspection.cause is Cause.NOT_FINITE:
            if self._has_gone_back(NotFiniteError(inspection.detail)):
                return self._verdict(frame, due_at, first_due_at)
            if not self._told_not_finite:
                self._told_not_finite = True
                text = f"{inspection.detail}: such frames are not inspected"
                self._state.tell_here(EventKind.BUNDLE, text)
        if inspection.level is Level.UNINSPECTED:
            return Verdict(inspection)
        latency_ms = (self._clock.now() - frame.taken_at) * 1e3
        if self.drift is not None and inspection.gate_scores is not None:
            for text in self.drift.add(frame.pixels, inspection.gate_scores):
                self._state.tell_here(EventKind.DRIFT, text)
        return Verdict(inspection, latency_ms)

    def _inspect(
        self, frame: Frame, due_at: float, first_due_at: Callable[[], float]
    ) -> Inspection:
        if not self._state.live:
            return self.cascade.inspect(frame)
        clock = self.stage_clock

        def permit(stage: str, regions: int) -> bool:
            until = min(due_at, first_due_at() - clock.p95_s("gate"))
            return clock.fits(stage, until, regions)

        inspection = self.cascade.inspect(frame, permit=permit)
        spent = inspection.stages_ms
        if "gate" in spent:
            clock.record("gate", (spent["preprocess"] + spent["gate"]) / 1e3)
        if "classifier" in spent:
            clock.record("classifier", spent["classifier"] / 1e3, len(inspection.suspicious))
        return inspection

    def _use(self, cascade: Cascade) -> None:
        self.cascade = cascade
        self._told_not_finite = False
        self.stage_clock = StageClock(clock=self._clock)
        freeze()
        if self._bundles is None:
            return
        self.background = self._background(self._bundles.background)
        if self.drift is not None:
            reference = self._bundles.bundle.manifest.drift
            self.drift = DriftMonitor(reference, every=self.drift.every)

    def _background(self, load: LoadBackground | None) -> BackgroundCascade | None:
        return None if load is None else BackgroundCascade(load, self._clock)
