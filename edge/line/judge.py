"""Who gives the verdict on a frame, and what is given up when its time is short."""

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
from edge.line.gc_freeze import exempt
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
    """What is known of a frame when its verdict is given.

    Attributes:
        inspection: Of the frame.
        latency_ms: From its last line to the verdict; None without one.
    """

    inspection: Inspection
    latency_ms: float | None = None


class Judge:
    """Judges with the models in use, which an installed bundle may change between two frames.

    A frame of a live camera whose time is up is deferred whole, so that one hiccup costs a deadline
    and not those of all that come after; a picture that cannot be one of strip is not inspected.
    The classifier is deferred where by what it has lately needed the verdict would come late, or
    would cost a waiting frame its gate; the gate of a frame that is in time always runs.

    Args:
        cascade: What judges.
        state: Whether frames come whether or not they are asked for; told of pictures that are not
            of strip, and of drift.
        background: Loads another cascade of the same bundle for the deferred queue's thread; None
            where no frame can be caught up.
        drift: Watches whether frames and scores still resemble the data; None watches nothing.
        bundles: Watches for a newly installed bundle; None keeps to ``cascade``.

    Attributes:
        cascade: What judges now.
        background: What catches up now; None where nothing can.
        drift: What watches for drift now.
        stage_clock: What the stages of ``cascade`` have lately needed.
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
        """Take up a newly installed bundle, if there is one that takes such frames."""
        if self._bundles is None or isinstance(item, Absence):
            return
        if (cascade := self._bundles.poll(item)) is not None:
            self._take_up(cascade)

    def fall_back(self, error: EngineError) -> None:
        """Go back to the bundle before the one that fails.

        Raises:
            EngineError: The same, where there is none.
        """
        if not self._has_gone_back(error):
            raise error

    def _has_gone_back(self, error: EngineError) -> bool:
        before = None if self._bundles is None else self._bundles.fall_back(error)
        if before is not None:
            self._take_up(before)
        return before is not None

    def replace_background(self, failed: BackgroundCascade, error: Exception) -> BackgroundCascade:
        """What catches up from now on, where models that did have failed.

        Raises:
            EngineError: The same error, where there is no bundle before.
            Exception: The same error, where it is none of an engine's.
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
        """The verdict on what was captured. Where a new bundle fails on it, the one before judges.

        Args:
            captured: A frame or a bad one.
            first_due_at: Gives the time by which a waiting frame must be judged.

        Raises:
            EngineError: The engine failed, and there is no bundle before.
        """
        frame = captured.item
        if not isinstance(frame, Frame):
            assert isinstance(frame, BadFrame)
            return Verdict(uninspected(frame, Cause(frame.cause), frame.detail))
        if (strange := self._sanity.check(frame.pixels)) is not None:
            return Verdict(uninspected(frame, *strange))
        if self._clock.now() > captured.due_at:
            late = uninspected(frame, Cause.LATE, "its deadline passed while it waited")
            return Verdict(late)
        return self._verdict(frame, captured.due_at, first_due_at)

    def outline(self, captured: Captured, inspection: Inspection) -> Inspection:
        """Draw the outlines of a ``classified`` frame here and now."""
        frame = captured.item
        assert isinstance(frame, Frame)
        try:
            return self.cascade.outline(frame, inspection)
        except EngineError as error:
            self.fall_back(error)
            anew = self._verdict(frame, captured.due_at, lambda: math.inf).inspection
            return self.outline(captured, anew)

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

    def _take_up(self, cascade: Cascade) -> None:
        self.cascade = cascade
        self._told_not_finite = False
        self.stage_clock = StageClock(clock=self._clock)
        exempt()
        if self._bundles is None:
            return
        self.background = self._background(self._bundles.background)
        if self.drift is not None:
            reference = self._bundles.bundle.manifest.drift
            self.drift = DriftMonitor(reference, every=self.drift.every)

    def _background(self, load: LoadBackground | None) -> BackgroundCascade | None:
        return None if load is None else BackgroundCascade(load, self._clock)
