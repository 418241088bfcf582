"""The loop beside the strip: capture, inspect, record; every millimetre ends in one level."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from edge.cameras.base import Camera
from edge.cascade import Cascade, uninspected
from edge.coverage import Coverage
from edge.deadline import StageClock, period_s
from edge.frame import BadFrame, Frame
from edge.inspection import Cause, Inspection, Level
from edge.latency import Latencies
from edge.ring import Ring
from edge.sinks.base import Sink

Watcher = Callable[[Inspection, float | None], None]
"""Told each inspection and its latency in milliseconds (None without a verdict)."""


class Line:
    """Inspects a camera's frames against the clock.

    Args:
        camera: Where frames come from.
        cascade: What judges them.
        speed_m_s: Speed of the strip; with the frame's size it gives the deadline.
        mm_per_line: Millimetres of strip in one line.
        mm_per_px_across: Millimetres of strip in one column.
        sinks: Where inspections go.
        ring_frames: Frames that may wait for inspection.
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
    ) -> None:
        self.camera = camera
        self.cascade = cascade
        self.speed_m_s = speed_m_s
        self.mm_per_line = mm_per_line
        self.mm_per_px_across = mm_per_px_across
        self.sinks = sinks
        self.ring_frames = ring_frames
        self.coverage = Coverage()
        self.latencies = Latencies()
        self.gaps = 0
        self.deadline_s = 0.0
        self.deadline_misses = 0
        self.defects: Counter[str] = Counter()
        self.defective_frames = 0
        self._clock = StageClock()
        self._overruns: list[Frame | BadFrame] = []
        self._overruns_lock = threading.Lock()
        self._first_number: int | None = None
        self._next_number = 0
        self._lines = 256

    def run(self, *, frames: int | None = None, watch: Watcher | None = None) -> None:
        """Inspect until the camera ends, ``frames`` were taken, or Ctrl-C.

        Raises:
            CameraError: The camera failed. What it had given is inspected and counted.
            KeyboardInterrupt: The waiting frames are counted as dropped first.
        """
        ring = Ring(
            self.camera, frames=frames, size=self.ring_frames, on_overrun=self._keep_overrun
        )
        try:
            for frame in ring:
                self._record_overruns(watch)
                self._record(frame, self._inspect, watch)
            self._record_overruns(watch)
        finally:
            ring.stop()
            for sink in self.sinks:
                sink.close()

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
            "instances_ms": None,
            "deadline_ms": round(self.deadline_s * 1e3, 3),
            "deadline_misses": self.deadline_misses,
            "defects": dict(self.defects),
            "defective_frames": self.defective_frames,
            "camera_cpu_s": self.camera.cpu_seconds,
            "engine": self.cascade.gate.engine.name,
        }

    def _keep_overrun(self, frame: Frame | BadFrame) -> None:
        with self._overruns_lock:
            self._overruns.append(frame)

    def _record_overruns(self, watch: Watcher | None) -> None:
        with self._overruns_lock:
            late, self._overruns = self._overruns, []
        for frame in late:
            self._record(frame, lambda placed: uninspected(placed, Cause.LATE), watch)

    def _record(
        self,
        frame: Frame | BadFrame,
        judge: Callable[[Frame], Inspection],
        watch: Watcher | None,
    ) -> None:
        self._count_gap(frame.number)
        latency_ms = None
        if isinstance(frame, BadFrame):
            inspection = self._unreadable(frame)
        else:
            self._lines = frame.pixels.shape[0]
            frame = self._place(frame)
            inspection = judge(frame)
            if inspection.level is not Level.UNINSPECTED:
                latency_s = time.monotonic() - frame.taken_at
                latency_ms = latency_s * 1e3
                self.latencies.add(latency_ms)
                self.deadline_misses += latency_s > self.deadline_s
        self.coverage.add(inspection)
        self.defective_frames += inspection.defective
        for defect in inspection.defects:
            self.defects[defect.class_name or "unclassified"] += 1
        for sink in self.sinks:
            sink.write(inspection, None if isinstance(frame, BadFrame) else frame)
        if watch is not None:
            watch(inspection, latency_ms)

    def _inspect(self, frame: Frame) -> Inspection:
        due_at = frame.taken_at + self.deadline_s
        inspection = self.cascade.inspect(
            frame,
            permit=lambda stage: not self.camera.live or self._clock.fits(stage, due_at),
        )
        for stage, milliseconds in inspection.stages_ms.items():
            self._clock.record(stage, milliseconds / 1e3)
        return inspection

    def _place(self, frame: Frame) -> Frame:
        self.deadline_s = period_s(self._lines, self.mm_per_line, self.speed_m_s)
        return replace(
            frame,
            position_mm=self._position_mm(frame.number),
            mm_per_line=self.mm_per_line,
            mm_per_px_across=self.mm_per_px_across,
        )

    def _position_mm(self, number: int) -> float:
        return (number - (self._first_number or 0)) * self._lines * self.mm_per_line

    def _unreadable(self, frame: BadFrame) -> Inspection:
        return Inspection(
            source=frame.source,
            frame=frame.number,
            level=Level.UNINSPECTED,
            position_mm=self._position_mm(frame.number),
            length_mm=self._lines * self.mm_per_line,
            cause=Cause(frame.cause),
            detail=frame.detail,
        )

    def _count_gap(self, number: int) -> None:
        if self._first_number is None:
            self._first_number = self._next_number = number
        missing = number - self._next_number
        if missing > 0:
            self.gaps += missing
            self.coverage.add_gap(missing * self._lines * self.mm_per_line, Cause.DROPPED)
        self._next_number = max(self._next_number, number + 1)
