"""The main loop: capture, inspect, record. Every millimetre of strip gets exactly one level.

Four threads share the work. The camera's thread captures frames, sets their position and puts them
into the ring. The thread that calls ``Line.run`` gives verdicts. The deferred queue's thread runs
deferred stages, at low priority and with its own cascade. The recorder's thread writes final
results. docs/frame-way.md follows a frame through them.
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
from edge.line.gc_freeze import frozen
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
"""Called with each inspection at its verdict, and the latency in ms (None without a verdict)."""

_POLL_S = 0.02
"""Seconds between two rounds of ``_housekeeping`` while the line waits for its own threads."""


class Line:
    """Inspects the frames of a camera, within deadlines if the camera is live.

    With a live camera a verdict comes within its deadline or is deferred. Outlines, deferred
    classes and deferred verdicts have a time limit of their own. Under overload stages are skipped
    in this order: outlines, classifier, gate. A camera that is not live waits until every stage is
    done.

    Args:
        camera: Source of the frames.
        cascade: Judges the frames.
        config: Strip, deadlines and queue sizes.
        background: Loads another cascade of the same bundle for deferred stages; with a live camera
            this happens at the start of a run. Without it, outlines are made before the next frame,
            or not at all with a live camera.
        position: Measures the position on the coil; None computes it from the configured speed.
            Closed at the end of a run.
        sinks: Receive final inspections in the order of capture. Closed at the end of a run.
        tracker: Joins defects over frames and tracks coils; None does neither.
        drift: Monitors drift; None disables that.
        bundles: Watches for a newly installed bundle; None keeps ``cascade``.
        state: State shared with the sinks; None creates one.

    Attributes:
        camera: See above.
        config: See above.
        tracker: See above.
        state: See above.
        judge: Gives the verdicts; it holds the current models.
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
            recently_shed=overload.recently_shed,
            clock=clock,
        )
        fanout = Fanout(sinks, hear=state.events.add, tracker=tracker)
        self._recorder = Recorder(state.records, fanout, clock)
        state.queues |= {"verdict": self._ring, "arrears": self._deferred}
        self._current: Captured | None = None

    def stop(self) -> None:
        """End ``run`` after the current frame. Safe in a signal handler."""
        self._ring.stop()

    def run(
        self,
        *,
        frames: int | None = None,
        watch: Watcher | None = None,
        hear: Tell | None = None,
    ) -> None:
        """Inspect until the camera ends, ``frames`` were captured, or ``stop`` is called.

        In every case each captured frame is recorded. Frames that still wait for a verdict are
        recorded as dropped. Frames with deferred stages get their time, but after ``stop`` they are
        recorded with what they have.

        Args:
            frames: Number of frames to capture; None for no limit.
            watch: See ``Watcher``.
            hear: Called with each event, in this thread.

        Raises:
            CameraError: The camera failed. The frames before are inspected and counted.
            EngineError: The engine failed.
            UnwritableError: A sink cannot write.
        """
        try:
            with ExitStack() as closing:
                self._recorder.start()
                closing.callback(self._recorder.close)
                closing.callback(self._position.close)
                self.judge.cascade.warm_up()
                closing.enter_context(frozen())
                self._deferred.start(self.judge.background if self.camera.live else None)
                closing.callback(self._deferred.close)
                closing.callback(self._drop_waiting)
                self._position.start(self._clock.now())
                self._ring.start(frames)
                for captured in self._ring:
                    self._current = captured
                    self._housekeeping(hear)
                    if not self.camera.live:
                        self._wait_while(self._behind, hear)
                    if captured is not None:
                        self._inspect(captured, watch)
                    self._current = None
                self._wait_while(lambda: len(self._deferred) > 0, hear)
                self._housekeeping(hear)
                self._ring.check()
        finally:
            # Also what outputs have told of at their end, and where something ends the run.
            self.state.events.pass_on(hear)

    def summary(self) -> dict[str, Any]:
        """The figures of the run so far, with the keys documented in docs/json.md."""
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
        """Record a frame, or defer its missing stages.

        If the camera is not live, ``run`` has waited for room in the deferred queue.
        """
        if frame.stage is not None:
            frame.background = self.judge.background
            if frame.background is not None:
                self.state.figures.add_deferred()
                self._deferred.put(frame)
                return
            if not self.camera.live:
                frame.inspection = self.judge.outline(frame.captured, frame.inspection)
        self._completion.complete(frame)

    def _drop_waiting(self) -> None:
        self._completion.end()
        waiting = self._ring.drain()
        if self._current is not None:
            waiting.append(self._current.without_pixels(Cause.DROPPED))
        for captured in waiting:
            absent = isinstance(captured.item, Absence)
            inspection = None if absent else self.judge.judge(captured).inspection
            self._completion.record(captured, inspection)

    def _behind(self) -> bool:
        """Whether a camera that waits should be made to."""
        return self._deferred.full or self.state.records.full

    def _wait_while(self, busy: Callable[[], bool], hear: Tell | None) -> None:
        """Wait until ``busy`` is False or the line is stopped."""
        while busy() and not self._ring.stopped:
            self._deferred.wait(_POLL_S)
            self._housekeeping(hear)

    def _housekeeping(self, hear: Tell | None) -> None:
        """Do the work between two frames: faults, expired frames, events.

        Raises:
            EngineError: A deferred stage failed, and there is no bundle to return to.
        """
        self._recorder.check()
        self._deferred.expire()
        if (fault := self._deferred.fault) is not None:
            failed, error = fault
            self._deferred.resume(failed, self.judge.replace_background(failed, error))
        self._completion.check_recovery()
        self.state.events.pass_on(hear)
