"""The figures of a run: frames and millimetres by level, latencies, defects, events."""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import Any

from edge.core.coverage import Coverage, Gap
from edge.core.events import Event
from edge.core.inspection import (
    UNCLASSIFIED,
    Inspection,
    Level,
)
from edge.core.latency_histogram import Latencies


class RunFigures:
    """Counts each frame once, at its final level. Thread-safe.

    Attributes:
        latencies: Milliseconds from a frame's last line to its verdict.
        instance_latencies: Milliseconds from a frame's last line to its outlines.
        gaps: Frames that the camera did not deliver.
        deadline_misses: Verdicts after their deadline.
        deferred: Frames of which one or more stages were deferred.
        caught_up: Deferred frames that got every stage later.
    """

    def __init__(self) -> None:
        self._coverage = Coverage()
        self.latencies = Latencies()
        self.instance_latencies = Latencies()
        self.gaps = 0
        self.deadline_misses = 0
        self.deferred = 0
        self.caught_up = 0
        self._defects: Counter[str] = Counter()
        self._defective_frames = 0
        self._events: Counter[str] = Counter()
        self._lock = Lock()

    @property
    def coverage(self) -> Coverage:
        """A copy of the current millimetres and frames by level."""
        with self._lock:
            return self._coverage.copy()

    def add_gap(self, gap: Gap | None, frames: int) -> None:
        """Count strip that passed without a frame, and frames that were lost."""
        with self._lock:
            self.gaps += frames
            if gap is not None:
                self._coverage.add_gap(gap.length_mm, gap.cause)

    def add(self, inspection: Inspection) -> None:
        """Count a frame at its final level."""
        with self._lock:
            self._coverage.add(inspection)
            self._defective_frames += inspection.defective
            for defect in inspection.defects:
                self._defects[defect.class_name or UNCLASSIFIED] += 1

    def add_verdict(self, latency_ms: float, deadline_ms: float) -> None:
        """Count a verdict, and a deadline miss if it was late."""
        with self._lock:
            self.latencies.add(latency_ms)
            self.deadline_misses += latency_ms > deadline_ms

    def add_outlines(self, latency_ms: float) -> None:
        """Count a frame's outlines."""
        with self._lock:
            self.instance_latencies.add(latency_ms)

    def add_deferred(self) -> None:
        """Count a frame with a deferred stage."""
        with self._lock:
            self.deferred += 1

    def add_caught_up(self) -> None:
        """Count a deferred frame that has got every stage."""
        with self._lock:
            self.caught_up += 1

    def add_event(self, event: Event) -> None:
        """Count an event by its kind."""
        with self._lock:
            self._events[event.kind.value] += 1

    def as_json(self) -> dict[str, Any]:
        """The figures so far, with the keys documented in docs/json.md."""
        with self._lock:
            levels = {level.value: self._coverage.frames[level] for level in Level}
            return {
                "frames": sum(levels.values()),
                "levels": levels,
                "gaps": self.gaps,
                "coverage": self._coverage.as_json(),
                "uninspected_by_cause": self._coverage.causes_as_json(),
                "latency_ms": self.latencies.as_json(),
                "instances_ms": self.instance_latencies.as_json(),
                "deferred": self.deferred,
                "caught_up": self.caught_up,
                "deadline_misses": self.deadline_misses,
                "defects": dict(self._defects),
                "defective_frames": self._defective_frames,
                "events": dict(self._events),
            }
