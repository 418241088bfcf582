"""The loop beside the strip: capture, inspect, record; every millimetre ends in one level.

Four threads share the work. The camera's takes frames, places them on the coil and puts them into
the ring. The one that calls ``Line.run`` gives verdicts. The arrears' catches up, at low priority
and with a cascade of its own, what no verdict waited for. The recorder's writes what has settled.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from edge.cameras.base import Camera
from edge.config.line import LineConfig
from edge.config.position import PositionConfig
from edge.core.events import Event, EventKind
from edge.core.frame import Absence
from edge.core.inspection import Cause, Inspection
from edge.core.run_figures import RunFigures
from edge.core.sink import Sink
from edge.line.background_cascade import LoadSpare
from edge.line.captured import Captured
from edge.line.completion import Completion
from edge.line.event_relay import EventRelay, Hearer
from edge.line.fanout import Fanout
from edge.line.gc_freeze import exempted
from edge.line.judge import Judge
from edge.line.recorder import Recorder
from edge.line.reorder_buffer import SettledRecord
from edge.line.ring import Ring
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

    Verdicts of a live camera come within the deadline or are put off, and wait for nothing else:
    outlines follow within a time of their own, as do what would have made a verdict late and what
    was late. What is given up goes in this order: outlines, classifier, gate. A camera that waits
    has everything done.

    Args:
        camera: Where frames come from.
        cascade: What judges them.
        config: The strip, deadlines, and how much may wait.
        spare: Loads another cascade of the same bundle, that catches up; under a live camera at
            the start of a run. Without it outlines are drawn before the next frame, and under a
            live camera not.
        position: Follows the strip; None follows it by its speed. Closed at the end of a run.
        sinks: Where inspections go, settled and in the order taken. Closed at the end of a run.
        tracker: Joins defects over frames and follows coils; None does neither.
        drift: Watches whether frames and scores still resemble the data; None watches nothing.
        bundles: Watches for a newly installed bundle; None keeps to ``cascade``.
    """

    def __init__(
        self,
        camera: Camera,
        cascade: Cascade,
        config: LineConfig | None = None,
        *,
        spare: LoadSpare | None = None,
        position: Position | None = None,
        sinks: Sequence[Sink] = (),
        tracker: CoilTracker | None = None,
        drift: DriftMonitor | None = None,
        bundles: BundleWatch | None = None,
    ) -> None:
        self.camera = camera
        self.config = config = config or LineConfig()
        self.figures = RunFigures()
        self._bulletin = EventRelay(self.figures)
        self.tracker = tracker
        self._bundles = bundles
        live = camera.live
        self._position = position or open_position(
            config, PositionConfig(), counts=camera.counts or not live
        )
        self._intake = FrameStamper(config, self._position, live=live, tell=self._tell)
        self._judge = Judge(cascade, spare=spare, live=live, drift=drift, bundles=bundles)
        self._recorder = Recorder(
            Fanout(sinks, hear=self._bulletin.add, tracker=tracker),
            self.figures,
            hear=self._bulletin.add,
            waits=not live,
            pixels=2 * config.arrears_frames,
        )
        self._settlement = Completion(
            config, self._judge, self._recorder, self.figures, live=live, tell=self._tell
        )
        self._ring: Ring | None = None
        self._in_hand: Captured | None = None
        self._stopped = False

    @property
    def cascade(self) -> Cascade:
        """What judges now."""
        return self._judge.cascade

    @property
    def drift(self) -> DriftMonitor | None:
        """What watches for drift."""
        return self._judge.drift

    @property
    def deadline_s(self) -> float:
        """Time that the verdict on the frame taken last may take."""
        return self._intake.deadline_s

    @property
    def queues(self) -> dict[str, int]:
        """How much waits, by what it waits for."""
        return {
            "verdict": 0 if self._ring is None else self._ring.waiting,
            "arrears": len(self._settlement.arrears),
            "sinks": self._recorder.waiting,
        }

    def stop(self) -> None:
        """Let ``run`` end after the frame in hand. Safe in a signal handler."""
        self._stopped = True
        if self._ring is not None:
            self._ring.stop()

    def begin_coil(self, name: str) -> None:
        """What is taken from here on lies on another coil; "" ends the one that runs.

        From any thread, such as that of a sink that is told by a broker.
        """
        self._recorder.put(SettledRecord(self._intake.order(), coil=name))

    def run(
        self,
        *,
        frames: int | None = None,
        watch: Watcher | None = None,
        hear: Hearer | None = None,
    ) -> None:
        """Inspect until the camera ends, ``frames`` were taken, or ``stop`` is called.

        However it ends, each frame that was taken settles: those that still wait as dropped, and
        after ``stop`` those that are owed something as they stand. Without it they get their time.

        Raises:
            CameraError: The camera failed. What it had given is inspected and counted.
            EngineError: The engine failed.
            UnwritableError: A sink cannot write.
        """
        with ExitStack() as closing:
            self._recorder.start()
            closing.callback(self._recorder.close)
            closing.callback(self._position.close)
            self.cascade.warm_up()
            closing.enter_context(exempted())
            arrears = self._settlement.arrears
            arrears.start(self._judge.spare if self.camera.live else None)
            closing.callback(arrears.close)
            self._ring = ring = Ring(
                self.camera,
                self._intake,
                frames=frames,
                size=self.config.ring_frames,
                newest_first=self.camera.live and self.config.order == "newest",
            )
            if self._stopped:
                ring.stop()
            closing.callback(self._drop_what_is_left, ring)
            self._position.start(time.monotonic())
            for taken in ring:
                self._in_hand = taken
                self._look_after(hear)
                if not self.camera.live:
                    self._wait_while(lambda: arrears.full or self._recorder.full, hear)
                if taken is not None:
                    self._take(taken, ring, watch)
                self._in_hand = None
            self._wait_while(lambda: len(arrears) > 0, hear)
            self._look_after(hear)
            ring.check()
        self._bulletin.pass_on(hear)

    def summary(self) -> dict[str, Any]:
        """The figures of the run so far, with the keys that docs/json.md documents."""
        return {
            **self.figures.as_json(),
            "deadline_ms": round(self.deadline_s * 1e3, 3),
            "drift": None if self.drift is None else self.drift.as_json(),
            "camera_cpu_s": self.camera.cpu_seconds,
            "engine": self.cascade.engine_name,
        }

    def _take(self, taken: Captured, ring: Ring, watch: Watcher | None) -> None:
        if isinstance(taken.item, Absence):
            self._settlement.settle(taken, None)
            return
        if not self.camera.live:
            taken = taken.now()
        self._judge.look_for_bundle(taken.item)
        verdict = self._judge.judge(taken, ring.first_due_at)
        if verdict.latency_ms is not None:
            self.figures.add_verdict(verdict.latency_ms, taken.deadline_s * 1e3)
        if watch is not None:
            watch(verdict.inspection, verdict.latency_ms)
        self._settlement.see_to(taken, verdict)

    def _drop_what_is_left(self, ring: Ring) -> None:
        self._settlement.end()
        left = ring.drain()
        if self._in_hand is not None:
            left.append(self._in_hand.given_up(Cause.DROPPED))
        for taken in left:
            absent = isinstance(taken.item, Absence)
            self._settlement.settle(taken, None if absent else self._judge.judge(taken).inspection)

    def _wait_while(self, busy: Callable[[], bool], hear: Hearer | None) -> None:
        """Look after the other threads until they have caught up, or the line is stopped."""
        while busy() and not self._stopped:
            self._settlement.arrears.wait(_LOOK_S)
            self._look_after(hear)

    def _look_after(self, hear: Hearer | None) -> None:
        """What is due between two frames."""
        self._recorder.check()
        self._settlement.look(self._intake.position_mm)
        for kind, source in ((EventKind.BUNDLE, self._bundles), (EventKind.DRIFT, self.drift)):
            for text in source.news() if source is not None else ():
                self._tell(Event(kind, text, position_mm=self._intake.position_mm))
        for event in self._judge.plausibility.news():
            self._tell(replace(event, position_mm=self._intake.position_mm))
        self._bulletin.pass_on(hear)

    def _tell(self, event: Event) -> None:
        """Tell sinks and ``hear`` of an event. From any thread."""
        self._recorder.tell(event)
        self._bulletin.add(event)
