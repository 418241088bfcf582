"""Who gives the verdict on a frame, and what is given up when its time is short."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge.core.errors import EngineError
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
from edge.core.time_budget import StageClock
from edge.line.background_cascade import BackgroundCascade, LoadSpare
from edge.line.captured import Captured
from edge.line.gc_freeze import exempt
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
        inspection: With place and time.
        latency_ms: From its last line to the verdict; None without one.
    """

    inspection: Inspection
    latency_ms: float | None = None


class Judge:
    """Judges with the models in use, which an installed bundle may change between two frames.

    A frame of a live camera whose time is up is put off whole, so that one hiccup costs a deadline
    and not those of all that come after; a picture that cannot be one of strip is not inspected.
    The classifier is put off where by what it has lately needed the verdict would come late, or
    would cost a waiting frame its gate; the gate of a frame that is in time always runs.

    Args:
        cascade: What judges.
        spare: Loads another cascade of the same bundle for the arrears' thread; None where no
            frame can be caught up.
        live: Whether frames come whether or not they are asked for.
        drift: Watches whether frames and scores still resemble the data; None watches nothing.
        bundles: Watches for a newly installed bundle; None keeps to ``cascade``.
    """

    def __init__(
        self,
        cascade: Cascade,
        *,
        spare: LoadSpare | None = None,
        live: bool,
        drift: DriftMonitor | None = None,
        bundles: BundleWatch | None = None,
    ) -> None:
        self.cascade = cascade
        self.spare = None if spare is None else BackgroundCascade(spare)
        self.drift = drift
        self.clock = StageClock()
        self.plausibility = FrameSanity(live=live)
        self._live = live
        self._bundles = bundles

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
        before = None if self._bundles is None else self._bundles.fall_back(error)
        if before is None:
            raise error
        self._take_up(before)

    def judge(
        self, taken: Captured, first_due_at: Callable[[], float] = lambda: math.inf
    ) -> Verdict:
        """The verdict on what was taken. Where a new bundle fails on it, the one before judges.

        Args:
            taken: A frame or a bad one.
            first_due_at: Gives the ``time.monotonic()`` by which a waiting frame must be judged.

        Raises:
            EngineError: The engine failed, and there is no bundle before.
        """
        frame = taken.item
        if not isinstance(frame, Frame):
            assert isinstance(frame, BadFrame)
            inspection = uninspected(frame, Cause(frame.cause), frame.detail)
            return Verdict(taken.placed(inspection))
        if (strange := self.plausibility.check(frame.pixels)) is not None:
            return Verdict(taken.placed(uninspected(frame, *strange)))
        if time.monotonic() > taken.due_at:
            late = uninspected(frame, Cause.LATE, "its deadline passed while it waited")
            return Verdict(taken.placed(late))
        return self._verdict(taken, frame, first_due_at)

    def _verdict(
        self, taken: Captured, frame: Frame, first_due_at: Callable[[], float] = lambda: math.inf
    ) -> Verdict:
        try:
            inspection = taken.placed(self._inspect(frame, taken.due_at, first_due_at))
        except EngineError as error:
            self.fall_back(error)
            return self._verdict(taken, frame, first_due_at)
        if inspection.level is Level.UNINSPECTED:
            return Verdict(inspection)
        latency_ms = (time.monotonic() - frame.taken_at) * 1e3
        if self.drift is not None and inspection.gate_scores is not None:
            self.drift.add(frame.pixels, inspection.gate_scores)
        return Verdict(inspection, latency_ms)

    def owes(self, taken: Captured, inspection: Inspection) -> bool:
        """Whether it is still to be judged, or to get a stage that the cascade asked for."""
        if inspection.cause is Cause.LATE:
            return taken.waits
        return inspection.level is Level.GATED or self.cascade.wants_outline(inspection)

    def outline(self, taken: Captured, inspection: Inspection) -> Inspection:
        """Draw the outlines that a frame is owed here and now."""
        assert isinstance(taken.item, Frame)
        try:
            return self.cascade.outline(taken.item, inspection)
        except EngineError as error:
            self.fall_back(error)
            return self.outline(taken, self._verdict(taken, taken.item).inspection)

    def _inspect(
        self, frame: Frame, due_at: float, first_due_at: Callable[[], float]
    ) -> Inspection:
        if not self._live:
            return self.cascade.inspect(frame)

        def permit(stage: str, regions: int) -> bool:
            until = min(due_at, first_due_at() - self.clock.p95_s("gate"))
            return self.clock.fits(stage, until, regions)

        inspection = self.cascade.inspect(frame, permit=permit)
        spent = inspection.stages_ms
        if "gate" in spent:
            self.clock.record("gate", (spent["preprocess"] + spent["gate"]) / 1e3)
        if "classifier" in spent:
            self.clock.record("classifier", spent["classifier"] / 1e3, len(inspection.suspicious))
        return inspection

    def _take_up(self, cascade: Cascade) -> None:
        self.cascade = cascade
        self.clock = StageClock()
        exempt()
        if self._bundles is None:
            return
        self.spare = None if self._bundles.spare is None else BackgroundCascade(self._bundles.spare)
        if self.drift is not None:
            reference = self._bundles.bundle.manifest.drift
            self.drift = DriftMonitor(reference, every=self.drift.every)
