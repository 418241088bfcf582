"""The loop beside the strip: capture, inspect, record; every millimetre ends in one level."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from edge.cameras.base import Camera
from edge.cascade import Cascade
from edge.coverage import Coverage
from edge.deadline import StageClock, period_s
from edge.drift import DriftMonitor
from edge.errors import EngineError
from edge.frame import BadFrame, Frame
from edge.inspection import UNCLASSIFIED, Cause, Inspection, Level, uninspected
from edge.latency import Latencies
from edge.odometer import Odometer, Place
from edge.ring import Ring
from edge.sinks.base import Sink

if TYPE_CHECKING:
    from edge.bundle.watch import BundleWatch

Watcher = Callable[[Inspection, float | None], None]
"""Told each inspection and its latency in milliseconds (None without a verdict)."""


class Line:
    """Inspects a camera's frames against the clock.

    A frame of a live camera whose deadline has passed before its turn comes is not inspected, so
    that a device which is a little too slow loses a few frames rather than every deadline. Defects
    are outlined after the verdict, where that lately went fast enough for the next frame to have
    its own in time; else the frame stays ``classified``.

    Args:
        camera: Where frames come from.
        cascade: What judges them.
        speed_m_s: Speed of the strip; with the frame's size it gives the deadline.
        mm_per_line: Millimetres of strip in one line.
        mm_per_px_across: Millimetres of strip in one column.
        sinks: Where inspections go.
        ring_frames: Frames that may wait for inspection.
        drift: Watches whether frames and scores still resemble the data; None watches nothing.
        bundles: Watches for a newly installed bundle; None keeps to ``cascade``.
    """

    def __init__(
        self,
        camera: Camera,
        cascade: Cascade,
        *,
        speed_m_s: float = 5.0,
        mm_per_line: float = 0.5,
        mm_per_px_across: float = 0.5,
        sinks: Sequence[Sink] = (),
        ring_frames: int = 8,
        drift: DriftMonitor | None = None,
        bundles: BundleWatch | None = None,
    ) -> None:
        self.camera = camera
        self.cascade = cascade
        self.speed_m_s = speed_m_s
        self.mm_per_line = mm_per_line
        self.mm_per_px_across = mm_per_px_across
        self.sinks = sinks
        self.ring_frames = ring_frames
        self.drift = drift
        self.bundles = bundles
        self.coverage = Coverage()
        self.latencies = Latencies()
        self.instance_latencies = Latencies()
        self.gaps = 0
        self.deadline_s = 0.0
        self.deadline_misses = 0
        self.defects: Counter[str] = Counter()
        self.defective_frames = 0
        self._clock = StageClock()
        self._odometer = Odometer(
            mm_per_line=mm_per_line,
            speed_m_s=speed_m_s,
            counts=camera.counts or not camera.live,
        )
        self._ring: Ring | None = None
        self._stopped = False

    def stop(self) -> None:
        """Let ``run`` end after the frame in hand. Safe in a signal handler."""
        self._stopped = True
        if self._ring is not None:
            self._ring.stop()

    def run(self, *, frames: int | None = None, watch: Watcher | None = None) -> None:
        """Inspect until the camera ends, ``frames`` were taken, or ``stop`` is called.

        However it ends, each frame that was taken is counted: those that still wait as dropped.

        Raises:
            CameraError: The camera failed. What it had given is inspected and counted.
            UnwritableError: A sink cannot write.
        """
        self.cascade.warm_up()
        with ExitStack() as closing:
            for sink in self.sinks:
                closing.callback(sink.close)
            self._ring = ring = Ring(self.camera, frames=frames, size=self.ring_frames)
            if self._stopped:
                ring.stop()
            closing.callback(self._count_what_is_left, ring)
            for frame in ring:
                if self.bundles and (cascade := self.bundles.poll(frame)) is not None:
                    self._take_up(cascade)
                self._record(frame, self.sinks, watch)

    def summary(self) -> dict[str, Any]:
        """The figures of the run so far, with the keys that the README documents."""
        taken = {level.value: self.coverage.frames[level] for level in Level}
        return {
            "frames": sum(taken.values()),
            "levels": taken,
            "gaps": self.gaps,
            "coverage": self.coverage.as_json(),
            "uninspected_by_cause": self.coverage.causes_as_json(),
            "latency_ms": self.latencies.as_json(),
            "instances_ms": self.instance_latencies.as_json(),
            "deadline_ms": round(self.deadline_s * 1e3, 3),
            "deadline_misses": self.deadline_misses,
            "defects": dict(self.defects),
            "defective_frames": self.defective_frames,
            "drift": None if self.drift is None else self.drift.as_json(),
            "camera_cpu_s": self.camera.cpu_seconds,
            "engine": self.cascade.gate.engine.name,
        }

    def drift_news(self) -> list[str]:
        """What the drift monitor has to say since this was last asked."""
        return [] if self.drift is None else self.drift.news()

    def _record(
        self, frame: Frame | BadFrame, sinks: Sequence[Sink], watch: Watcher | None
    ) -> None:
        place = self._odometer.advance(frame)
        self.gaps += place.missing
        if place.missing_mm:
            self.coverage.add_gap(place.missing_mm, Cause.DROPPED)
        latency_ms = None
        if isinstance(frame, BadFrame):
            inspection = uninspected(frame, Cause(frame.cause), frame.detail)
        else:
            frame = self._place(frame, place)
            inspection, latency_ms = self._judge(frame)
            if self.drift is not None and inspection.gate_scores is not None:
                self.drift.add(frame.pixels, inspection.gate_scores)
        inspection = replace(inspection, position_mm=place.position_mm, length_mm=place.length_mm)
        self._count(inspection, latency_ms)
        for sink in sinks:
            sink.write(inspection, None if isinstance(frame, BadFrame) else frame)
        if watch is not None:
            watch(inspection, latency_ms)

    def _count(self, inspection: Inspection, latency_ms: float | None) -> None:
        self.coverage.add(inspection)
        self.defective_frames += inspection.defective
        for defect in inspection.defects:
            self.defects[defect.class_name or UNCLASSIFIED] += 1
        if latency_ms is not None:
            self.latencies.add(latency_ms)
            self.deadline_misses += latency_ms > self.deadline_s * 1e3

    def _count_what_is_left(self, ring: Ring) -> None:
        # The sinks are left out: one of them may be why the run has ended.
        for frame in ring.drain():
            self._record(frame, (), None)

    def _place(self, frame: Frame, place: Place) -> Frame:
        self.deadline_s = period_s(frame.pixels.shape[0], self.mm_per_line, self.speed_m_s)
        return replace(
            frame,
            # A camera that waits has read ahead: its frame's time begins when its turn comes.
            taken_at=frame.taken_at if self.camera.live else time.monotonic(),
            position_mm=place.position_mm,
            mm_per_line=self.mm_per_line,
            mm_per_px_across=self.mm_per_px_across,
        )

    def _judge(self, frame: Frame) -> tuple[Inspection, float | None]:
        """Verdict and outlines of a frame, and the verdict's latency in milliseconds, if any.

        Where a bundle that was taken up fails on it, the one before judges it again.
        """
        try:
            inspection = self._inspect(frame)
            if inspection.level is Level.UNINSPECTED:
                return inspection, None
            latency_ms = (time.monotonic() - frame.taken_at) * 1e3
            return self._outline(frame, inspection), latency_ms
        except EngineError as error:
            before = self.bundles.fall_back(error) if self.bundles else None
            if before is None:
                raise
            self._take_up(before)
            return self._judge(frame)

    def _take_up(self, cascade: Cascade) -> None:
        self.cascade = cascade
        if self.drift is not None and self.bundles is not None:
            reference = self.bundles.bundle.manifest.drift
            self.drift = DriftMonitor(reference, every=self.drift.every)

    def _inspect(self, frame: Frame) -> Inspection:
        if not self.camera.live:
            return self.cascade.inspect(frame)
        due_at = frame.taken_at + self.deadline_s
        if time.monotonic() > due_at:
            return uninspected(frame, Cause.LATE, "its deadline passed while it waited")
        started = time.monotonic()
        inspection = self.cascade.inspect(
            frame, permit=lambda stage, regions: self._clock.fits(stage, due_at, regions)
        )
        self._clock.record("verdict", time.monotonic() - started)
        if "classifier" in inspection.stages_ms:
            seconds = inspection.stages_ms["classifier"] / 1e3
            self._clock.record("classifier", seconds, len(inspection.suspicious))
        return inspection

    def _outline(self, frame: Frame, inspection: Inspection) -> Inspection:
        """Outline the defects, unless that would cost the next frame its verdict."""
        if not self.cascade.wants_outline(inspection):
            return inspection
        if self.camera.live:
            next_due_at = frame.taken_at + 2 * self.deadline_s
            if not self._clock.fits("instances", next_due_at - self._clock.p95_s("verdict")):
                return inspection
        inspection = self.cascade.outline(frame, inspection)
        self._clock.record("instances", inspection.stages_ms["instances"] / 1e3)
        self.instance_latencies.add((time.monotonic() - frame.taken_at) * 1e3)
        return inspection
