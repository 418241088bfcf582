"""The loop beside the strip: capture, inspect, record; every millimetre ends in one level.

Four threads share the work. The camera's captures frames, places them on the coil and puts them
into the ring. The one that calls ``Line.run`` gives verdicts. The deferred queue's catches up, at
low priority and with a cascade of its own, what no verdict waited for. The recorder's writes what
is final. docs/frame-way.md follows a frame through them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from edge.cameras.base import Camera
from edge.config.line import LineConfig
from edge.config.position import PositionConfig
from edge.core.events import Tell
from edge.core.frame import Absence
from edge.core.inspection import Cause, Inspection
from edge.core.sink import Sink
from edge.line.background_cascade import LoadBackground
from edge.line.captured import Captured
from edge.line.completion import Completion
from edge.line.deferred_queue import NICE, DeferredQueue
from edge.line.fanout import Fanout
from edge.line.gc_freeze import exempted
from edge.line.judge import Judge
from edge.line.load_shedding import OverloadMonitor
from edge.line.pending_frame import PendingFrame
from edge.line.recorder import Recorder
from edge.line.ring import Ring
from edge.line.run_state import RunState
from edge.line.stamping import FrameStamper
from edge.position.base import Position
from edge.position.open import open_position
from edge.vision.cascade import Cascade
from edge.vision.drift_monitor import DriftMonitor

if TYPE_CHECKING:
    from edge.coil.tracker import CoilTracker
    from edge.install.hot_swap import BundleWatch

Watcher = Callable[[Inspection, float | None], None]
"""Told each inspection at its verdict, and its latency in milliseconds (None without a verdict)."""

_LOOK_S = 0.02
"""How often a line that waits for its own threads looks after them."""


class Line:
    """Inspects a camera's frames against the clock.

    Verdicts of a live camera come within the deadline or are deferred, and wait for nothing else:
    outlines follow within a time of their own, as do what would have made a verdict late and what
    was late. What is given up goes in this order: outlines, classifier, gate. A camera that waits
    has everything done.

    Args:
        camera: Where frames come from.
        cascade: What judges them.
        config: The strip, deadlines, and how much may wait.
        background: Loads another cascade of the same bundle, that catches up; under a live camera
            at the start of a run. Without it outlines are drawn before the next frame, and under a
            live camera not.
        position: Follows the strip; None follows it by its speed. Closed at the end of a run.
        sinks: Where inspections go, final and in the order captured. Closed at the end of a run.
        tracker: Joins defects over frames and follows coils; None does neither.
        drift: Watches whether frames and scores still resemble the data; None watches nothing.
        bundles: Watches for a newly installed bundle; None keeps to ``cascade``.
        state: What sinks share with the line; None makes one that nobody else reads.

    Attributes:
        camera: See above.
        config: See above.
        tracker: See above.
        state: See above.
        judge: Gives the verdicts; it knows the models that are in use.
    """

    def __init__(
        self,
        camera: Camera,
        cascade: Cascade,
        config: LineConfig | None = None,
        *,
        background: LoadBackground | None = None,
        position: Position | None = None,
        sinks: Sequence[Sink] = (),
        tracker: CoilTracker | None = None,
        drift: DriftMonitor | None = None,
        bundles: BundleWatch | None = None,
        state: RunState | None = None,
    ) -> None:
        self.camera = camera
        self.config = config = config or LineConfig()
        self.state = state = state or RunState(config, live=camera.live)
        self.tracker = tracker
        clock = self._clock = state.clock
        self._within_s = config.instances_within_ms / 1e3 if camera.live else math.inf
        self._position = position or open_position(
            config, PositionConfig(), counts=camera.counts or not camera.live
        )
        self._ring = Ring(
            camera,
            FrameStamper(config, self._position, state),
            size=config.ring_frames,
            newest_first=camera.live and config.order == "newest",
            clock=clock,
        )
        self.judge = Judge(cascade, state, background=background, drift=drift, bundles=bundles)
        overload = OverloadMonitor(within_s=self._within_s, clock=clock)
        self._completion = Completion(state, overload, clock)
        self._deferred = DeferredQueue(
            self._completion.complete,
            size=config.arrears_frames,
            nice=NICE if camera.live else 0,
            strain=overload.strain,
            clock=clock,
        )
        sinks_of = Fanout(sinks, hear=state.events.add, tracker=tracker)
        self._recorder = Recorder(state.records, sinks_of, clock)
        state.queues |= {"verdict": self._ring, "arrears": self._deferred}
        self._in_hand: Captured | None = None

    def stop(self) -> None:
        """Let ``run`` end after the frame in hand. Safe in a signal handler."""
        self._ring.stop()

    def run(
        self,
        *,
        frames: int | None = None,
        watch: Watcher | None = None,
        hear: Tell | None = None,
    ) -> None:
        """Inspect until the camera ends, ``frames`` were captured, or ``stop`` is called.

        However it ends, each frame that was captured is recorded: those that still wait as dropped,
        and after ``stop`` those that are owed something as they stand. Without it they get their
        time.

        Args:
            frames: How many to capture; None for no end.
            watch: See ``Watcher``.
            hear: Told of each event, in this thread.

        Raises:
            CameraError: The camera failed. What it had given is inspected and counted.
            EngineError: The engine failed.
            UnwritableError: A sink cannot write.
        """
        try:
            with ExitStack() as closing:
                self._recorder.start()
                closing.callback(self._recorder.close)
                closing.callback(self._position.close)
                self.judge.cascade.warm_up()
                closing.enter_context(exempted())
                self._deferred.start(self.judge.background if self.camera.live else None)
                closing.callback(self._deferred.close)
                closing.callback(self._drop_what_is_left)
                self._position.start(self._clock.now())
                self._ring.start(frames)
                for captured in self._ring:
                    self._in_hand = captured
                    self._look_after(hear)
                    if not self.camera.live:
                        self._wait_while(self._behind, hear)
                    if captured is not None:
                        self._inspect(captured, watch)
                    self._in_hand = None
                self._wait_while(lambda: len(self._deferred) > 0, hear)
                self._look_after(hear)
                self._ring.check()
        finally:
            # Also what outputs have told of at their end, and where something ends the run.
            self.state.events.pass_on(hear)

    def summary(self) -> dict[str, Any]:
        """The figures of the run so far, with the keys that docs/json.md documents."""
        judge = self.judge
        return {
            **self.state.figures.as_json(),
            "deadline_ms": round(self.state.deadline_s * 1e3, 3),
            "drift": None if judge.drift is None else judge.drift.as_json(),
            "camera_cpu_s": self.camera.cpu_seconds,
            "engine": judge.cascade.engine_name,
        }

    def _inspect(self, captured: Captured, watch: Watcher | None) -> None:
        if isinstance(captured.item, Absence):
            self._completion.record(captured, None)
            return
        if not self.camera.live:
            captured = captured.retimed(self._clock)
        self.judge.look_for_bundle(captured.item)
        verdict = self.judge.judge(captured, self._ring.first_due_at)
        if verdict.latency_ms is not None:
            self.state.figures.add_verdict(verdict.latency_ms, captured.deadline_s * 1e3)
        if watch is not None:
            watch(verdict.inspection, verdict.latency_ms)
        frame = PendingFrame.at_turn(captured, verdict.inspection, self._within_s)
        self._completion.note_shed(frame)
        self._complete_or_defer(frame)

    def _complete_or_defer(self, frame: PendingFrame) -> None:
        """Record a frame, or defer what it is owed: a camera that waits has made room for it."""
        if frame.stage is not None:
            frame.background = self.judge.background
            if frame.background is not None:
                self.state.figures.add_deferred()
                self._deferred.put(frame)
                return
            if not self.camera.live:
                frame.inspection = self.judge.outline(frame.captured, frame.inspection)
        self._completion.complete(frame)

    def _drop_what_is_left(self) -> None:
        self._completion.end()
        left = self._ring.drain()
        if self._in_hand is not None:
            left.append(self._in_hand.without_pixels(Cause.DROPPED))
        for captured in left:
            absent = isinstance(captured.item, Absence)
            inspection = None if absent else self.judge.judge(captured).inspection
            self._completion.record(captured, inspection)

    def _behind(self) -> bool:
        """Whether a camera that waits should be made to."""
        return self._deferred.full or self.state.records.full

    def _wait_while(self, busy: Callable[[], bool], hear: Tell | None) -> None:
        """Look after the other threads until they have caught up, or the line is stopped."""
        while busy() and not self._ring.stopped:
            self._deferred.wait(_LOOK_S)
            self._look_after(hear)

    def _look_after(self, hear: Tell | None) -> None:
        """What is due between two frames.

        Raises:
            EngineError: A deferred stage fails, and there is no bundle to go back to.
        """
        self._recorder.check()
        self._deferred.expire()
        if (fault := self._deferred.fault) is not None:
            failed, error = fault
            self._deferred.resume(failed, self.judge.replace_background(failed, error))
        self._completion.look()
        self.state.events.pass_on(hear)
